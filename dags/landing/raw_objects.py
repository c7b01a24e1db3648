"""Raw tables and stages, made from the landing blocks by the dbt macro ensure_landing."""

from __future__ import annotations

import fcntl
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from snowflake.connector import ProgrammingError, SnowflakeConnection

from . import snowflake
from .feeds import DBT_PROJECT, Feed

log = logging.getLogger(__name__)

#: Snowflake's error for an object that is not there.
DOES_NOT_EXIST = 2003


class RawObjectsError(Exception):
    """The macro failed; the text is the end of what dbt said."""


def ensure(feed: Feed, target: SnowflakeConnection) -> None:
    """Make stage and table as the feed's block says, unless they are; costs one query if so.

    Raises:
        RawObjectsError: the block changed in a way that needs a person, or dbt failed.
    """
    if _is_as_defined(feed, target):
        return
    # Tasks of one run start together: the first makes everything, the others find it made.
    with (Path(tempfile.gettempdir()) / "landing-ensure.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_as_defined(feed, target):
            log.info(
                "%s: new or changed, so raw tables and stages are brought up to date", feed.name
            )
            _run_macro()


def _is_as_defined(feed: Feed, target: SnowflakeConnection) -> bool:
    try:
        sql = f"select definition from {feed.schema}.FEEDS where feed = %s"
        return snowflake.rows(target, sql, [feed.name]) == [(feed.definition,)]
    except ProgrammingError as error:
        if error.errno == DOES_NOT_EXIST:
            return False
        raise


def _run_macro() -> None:
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [str(dbt), "--no-use-colors", "run-operation", "ensure_landing"],
        cwd=DBT_PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RawObjectsError(done.stdout[-2000:].strip() or done.stderr[-2000:].strip())
