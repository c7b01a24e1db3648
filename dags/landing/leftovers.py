"""Removes from a stage what killed runs left there."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from snowflake.connector import SnowflakeConnection

from . import snowflake

#: Longer than any run takes with all its retries.
KEPT = timedelta(days=1)
_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]+")


def remove(target: SnowflakeConnection, stage: str, waiting: Collection[str] = ()) -> set[str]:
    """Delete the paths of runs that are older than a day.

    Args:
        stage: schema.stage.
        waiting: paths of files that will still be landed.

    Returns:
        Those of the waiting that are not there.
    """
    oldest = f"{datetime.now(UTC) - KEPT:%Y%m%dT%H%M%SZ}"
    # LIST shows stage/run/...; a run's name begins with its time.
    there = {str(row[0]).partition("/")[2] for row in snowflake.rows(target, f"list @{stage}")}
    runs = {path.split("/")[0] for path in there} - {path.split("/")[0] for path in waiting}
    for run in sorted(runs):
        if _RUN.fullmatch(run) and run < oldest:
            snowflake.rows(target, f"remove @{stage}/{run}/")
    return set(waiting) - there
