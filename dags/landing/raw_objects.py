"""Raw tables and stages: made by the dbt macro ensure_landing, and asked what a run landed."""

from __future__ import annotations

import fcntl
import logging
from datetime import datetime
from pathlib import Path

from snowflake.connector import ProgrammingError, SnowflakeConnection

import settings

from . import snowflake
from .feeds import Feed
from .macros import macros

log = logging.getLogger(__name__)

#: Snowflake's error number for an object that does not exist.
DOES_NOT_EXIST = 2003


def ensure_raw_objects(feed: Feed, target: SnowflakeConnection) -> None:
    """Create stage and table as the feed's block says; costs one query if they are so already.

    Raises:
        MacroError: the block changed in a way that needs a person, or dbt failed.
        snowflake.connector.Error: Snowflake is unreachable.
    """
    if _is_as_defined(feed, target):
        return
    # Tasks of one run start together: the first creates everything, the others find it.
    with _lock_file().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_as_defined(feed, target):
            log.info(
                "%s is new or changed: raw tables and stages are brought up to date", feed.name
            )
            macros().run_operation("ensure_landing")


def landed_by(target: SnowflakeConnection, feed: Feed, run: str) -> datetime | None:
    """When rows of the run landed in a feed's raw table, in UTC; None if none has.

    Asks for committed rows: a task that failed may have landed some before. Rows in the quarantine
    do not count, nor does what another run landed.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    query = f"select max({feed.landed_at}) from {feed.raw_table} where landing_run = %s"
    try:
        found: datetime | None = snowflake.rows(target, query, [run])[0][0]
    except ProgrammingError as error:
        # The first landing failed before there was a table.
        if error.errno != DOES_NOT_EXIST:
            raise
        return None
    return found


def _lock_file() -> Path:
    # One for each stack: another stack of this machine must not be waited for.
    folder = settings.folder("PIPELINE_STATE") / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "ensure-landing.lock"


def _is_as_defined(feed: Feed, target: SnowflakeConnection) -> bool:
    try:
        sql = f"select definition from {feed.schema}.FEEDS where feed = %s"
        return snowflake.rows(target, sql, [feed.name]) == [(feed.definition,)]
    except ProgrammingError as error:
        if error.errno == DOES_NOT_EXIST:
            return False
        raise
