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


def remove(target: SnowflakeConnection, stage: str, waiting: Collection[str] = ()) -> None:
    """Delete the paths of runs that are older than a day.

    Args:
        stage: schema.stage.
        waiting: runs whose files will still be landed.
    """
    oldest = f"{datetime.now(UTC) - KEPT:%Y%m%dT%H%M%SZ}"
    # LIST shows stage/run/...; a run's name begins with its time.
    runs = {str(row[0]).split("/")[1] for row in snowflake.rows(target, f"list @{stage}")}
    for run in sorted(runs - set(waiting)):
        if _RUN.fullmatch(run) and run < oldest:
            snowflake.rows(target, f"remove @{stage}/{run}/")
