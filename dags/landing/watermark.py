"""Up to which transaction the rows of a Postgres database have landed, as those rows say."""

from __future__ import annotations

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .feeds import StreamFeed


def watermark(feed: StreamFeed, target: SnowflakeConnection, database: str) -> int:
    """The highest transaction id landed from this database; 0 before the first landing.

    The macro landing_watermark asks the same again before the rows are committed.

    An empty run must not read the table. The highest id of all rows is known from metadata. If a
    row of this database has that id, it is the answer, and only rows with that id are read. The
    ids of all rows are read only when another database has reached higher ids.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    of_all = _number(target, f"select max(ingest_xid) from {feed.raw_table}")
    ours = f"select max(ingest_xid) from {feed.raw_table} where source_database = %s"
    landed = _number(target, f"{ours} and ingest_xid >= {of_all}", database)
    if of_all and not landed:
        landed = _number(target, ours, database)
    rejected = _number(
        target,
        f"select max(source_row) from {feed.schema}.QUARANTINE"
        " where feed = %s and source_content_key = %s",
        *(feed.name, database),
    )
    return max(landed, rejected)


def other_timelines(feed: StreamFeed, target: SnowflakeConnection, cluster: str) -> list[str]:
    """Identities under which rows of this cluster have landed, on any timeline.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    found = snowflake.rows(
        target,
        f"select distinct source_database from {feed.raw_table}"
        " where startswith(source_database, %s)",
        [cluster],
    )
    return sorted(str(database) for (database,) in found)


def _number(target: SnowflakeConnection, sql: str, *binds: str) -> int:
    return int(snowflake.rows(target, sql, binds)[0][0] or 0)
