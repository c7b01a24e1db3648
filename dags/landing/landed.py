"""What a run has landed, by what was committed; a task that failed may have landed rows before."""

from __future__ import annotations

from datetime import datetime

from snowflake.connector import ProgrammingError, SnowflakeConnection

from . import snowflake
from .feeds import Feed
from .raw_objects import DOES_NOT_EXIST


def landed_by(target: SnowflakeConnection, feed: Feed, run: str) -> datetime | None:
    """When rows of the run landed in a feed's raw table; None if none has.

    Rows in the quarantine do not count, nor does what another run landed.

    Raises:
        snowflake.connector.Error: Snowflake is away.
    """
    query = f"select max({feed.landed_at}) from {feed.schema}.{feed.table} where landing_run = %s"
    try:
        found: datetime | None = snowflake.rows(target, query, [run])[0][0]
    except ProgrammingError as error:
        # The first landing failed before there was a table.
        if error.errno != DOES_NOT_EXIST:
            raise
        return None
    return found
