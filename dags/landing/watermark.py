"""Up to where the rows of a Postgres database have landed: read from the rows themselves."""

from __future__ import annotations

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .feeds import StreamFeed


def watermark(feed: StreamFeed, target: SnowflakeConnection, database: str) -> int:
    """The highest transaction id landed from this database; 0 before the first landing.

    An empty run must not read the table. Its highest id of all is known from metadata; if that id
    is of this database, it is the answer, and only the rows that have it are looked at. Only where
    another database has come to higher ids are the ids of all rows read.
    """
    table = f"{feed.schema}.{feed.table}"
    of_all = _number(target, f"select max(ingest_xid) from {table}")
    ours = f"select max(ingest_xid) from {table} where source_database = %s"
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
    """Identities under which rows of this cluster have landed, whatever its timeline was."""
    found = snowflake.rows(
        target,
        f"select distinct source_database from {feed.schema}.{feed.table}"
        " where startswith(source_database, %s)",
        [cluster],
    )
    return sorted(str(database) for (database,) in found)


def _number(target: SnowflakeConnection, sql: str, *binds: str) -> int:
    return int(snowflake.rows(target, sql, binds)[0][0] or 0)
