"""Stream -> RAW, as far as it shows in Snowflake alone: no version of a row has landed twice."""

from __future__ import annotations

from snowflake.connector import SnowflakeConnection

from dags.landing import snowflake
from dags.landing.feeds import WATERMARK, StreamFeed

from . import warehouse
from .report import NAMED, Hop
from .warehouse import Window

_LANDED_AT = "airflow_ingested_at"


def landed_once(target: SnowflakeConnection, feed: StreamFeed, window: Window) -> Hop:
    """Whether each version is in RAW once; what is missing there shows only next to Postgres.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    table = feed.raw_table
    hop = Hop(feed.name, f"-> {table}", "versions")
    if not warehouse.has_landed(target, table, hop):
        return hop
    counted = f"select count(*) from {table} where {window.of(_LANDED_AT)}"
    hop.checked = int(snowflake.rows(target, counted)[0][0])
    add_doubled(target, feed, hop, window)
    return hop


def add_doubled(target: SnowflakeConnection, feed: StreamFeed, hop: Hop, window: Window) -> None:
    """Add to a hop the versions that landed more than once."""
    key = warehouse.key(feed)
    query = (
        f"select {key} as example from {feed.raw_table}"
        f" where {window.of(_LANDED_AT)}"
        f" group by {key}, source_database, {WATERMARK} having count(*) > 1"
    )
    hop.differs(
        f"in {feed.raw_table} more than once",
        *warehouse.named(target, query, NAMED),
    )
