"""Raw tables and stages, made from the landing blocks by the dbt macro ensure_landing."""

from __future__ import annotations

import fcntl
import logging
import os
import tempfile
from pathlib import Path

from snowflake.connector import ProgrammingError, SnowflakeConnection

from . import snowflake
from .feeds import Feed
from .macros import macros

log = logging.getLogger(__name__)

#: Snowflake's error for an object that is not there.
DOES_NOT_EXIST = 2003


def ensure(feed: Feed, target: SnowflakeConnection) -> None:
    """Make stage and table as the feed's block says, unless they are; costs one query if so.

    Raises:
        MacroError: the block changed in a way that needs a person, or dbt failed.
    """
    if _is_as_defined(feed, target):
        return
    # Tasks of one run start together: the first makes everything, the others find it made.
    with _lock_file().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_as_defined(feed, target):
            log.info(
                "%s is new or changed: raw tables and stages are brought up to date", feed.name
            )
            macros().run("ensure_landing")


def _lock_file() -> Path:
    # One for each user: another user's file could not be opened.
    return Path(tempfile.gettempdir()) / f"landing-ensure-{os.getuid()}.lock"


def _is_as_defined(feed: Feed, target: SnowflakeConnection) -> bool:
    try:
        sql = f"select definition from {feed.schema}.FEEDS where feed = %s"
        return snowflake.rows(target, sql, [feed.name]) == [(feed.definition,)]
    except ProgrammingError as error:
        if error.errno == DOES_NOT_EXIST:
            return False
        raise
