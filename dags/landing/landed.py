"""What a run has landed, by what was committed; a task that failed may have landed rows before."""

from __future__ import annotations

from datetime import datetime

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .feeds import Feed, StreamFeed


def landed_by(target: SnowflakeConnection, feed: Feed, run: str) -> datetime | None:
    """When rows of the run landed in a feed's raw table; None if none has.

    Rows in the quarantine do not count, nor does what another run landed.

    Raises:
        snowflake.connector.Error: Snowflake is away.
    """
    column = "airflow_ingested_at" if isinstance(feed, StreamFeed) else "ingested_at"
    query = f"select max({column}) from {feed.schema}.{feed.table} where landing_run = %s"
    found: datetime | None = snowflake.rows(target, query, [run])[0][0]
    return found
