"""Feeds whose file has not come by the time that their block calls due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from snowflake.connector import SnowflakeConnection

from . import due, snowflake
from .feeds import FileFeed
from .notice import Notice

#: Two runs of the DAG: a file that is there in time has been staged by one of them.
GRACE = timedelta(minutes=30)


def late(
    target: SnowflakeConnection, feed: FileFeed, now: datetime | None = None
) -> Iterator[Notice]:
    """A notice if no new file has come for the last time that is due.

    A file counts for the time that it is nearest to: one that comes late for November is not taken
    for December's. A new file has a name that did not land before; a feed without wildcards has
    one name, so there each new content counts.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    if feed.due is None:
        return
    due_at, before = due.last_two(feed.due, (now or datetime.now(UTC)) - GRACE)
    awaited_since = before + (due_at - before) / 2
    [(newest,)] = snowflake.rows(
        target,
        "select max(came) from (select min(staged_at) as came"
        f" from {feed.schema}.LANDED_FILES where feed = %s and state in ('staged', 'loaded')"
        f" group by {'source_file' if feed.has_wildcards else 'content_key'}) as new_files",
        [feed.name],
    )
    if newest is None or newest.replace(tzinfo=UTC) < awaited_since:
        yield Notice(
            feed.name,
            "late",
            f"a new file {feed.origin} was due at {_shown(due_at)}, and none has come since"
            f" {_shown(awaited_since)}. Ask its sender; if it has come,"
            f" {feed.schema}.LANDED_FILES says what became of it.",
            since=due_at + GRACE,
        )


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(due.ZONE):%Y-%m-%d %H:%M} ({due.ZONE.key})"
