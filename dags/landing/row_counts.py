"""Files with many more or fewer rows than their feed's files had so far."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .feeds import FileFeed
from .notice import Notice

#: So many of a feed's last files say how many rows are usual; a year of monthly ones.
LAST = 12
#: Fewer files than that say nothing.
FEWEST = 3


def unusual(target: SnowflakeConnection, feed: FileFeed) -> Iterator[Notice]:
    """A notice for each file of the feed's last run with files that breaks the block's `rows`.

    It is compared with what had landed before that run, so that files which come together, as
    those of a whole year, do not count as usual for each other.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    if feed.rows_within is None:
        return
    lines = snowflake.rows(
        target,
        f"select source_file, rows_counted, state, landing_run from {feed.schema}.LANDED_FILES"
        " where feed = %s and state in ('staged', 'loaded')"
        " order by coalesce(landed_at, staged_at) desc, source_file",
        [feed.name],
    )
    last_run = lines[0][3] if lines else None
    before = [int(n) for _, n, state, run in lines if run != last_run and state == "loaded"][:LAST]
    if len(before) < FEWEST:
        return
    usual = median(before)
    least = math.ceil(usual * (1 - feed.rows_within))
    most = math.floor(usual * (1 + feed.rows_within))
    for name, count, _, run in lines:
        if run == last_run and not least <= count <= most:
            yield Notice(
                feed.name,
                "unusual",
                f"{name} has {int(count):,} rows; {least:,} to {most:,} are usual, by the last"
                f" {len(before)} files. It lands: if it is not whole, send it again, whole, under"
                " the same name.",
                run,
            )
