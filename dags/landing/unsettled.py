"""Files that are written to for longer than any sender should need."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .feeds import FileFeed
from .notice import Notice


def unsettled(target: SnowflakeConnection, feed: FileFeed) -> Iterator[Notice]:
    """A notice for each file that was still being written whenever a landing met it, for hours.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    bound = timedelta(hours=feed.unsettled_hours)
    for name, first_met in snowflake.rows(
        target,
        f"select source_file, staged_at from {feed.schema}.LANDED_FILES"
        " where feed = %s and state = 'unsettled' order by source_file",
        [feed.name],
    ):
        since = first_met.replace(tzinfo=UTC) + bound
        if since <= datetime.now(UTC):
            yield Notice(
                feed.name,
                "unsettled",
                f"{name} has been written to for more than {feed.unsettled_hours} h, and lands"
                f" when it has not changed for {feed.settle_seconds} s. See what writes it: a"
                " file that is complete should be renamed to this name at its end.",
                since=since,
            )
