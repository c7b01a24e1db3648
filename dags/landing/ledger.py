"""What Python reads from and writes to the ledger of files, RAW.LANDED_FILES.

A file's line begins here as `staged`, `refused` or `duplicate`. The dbt macro land_files turns
`staged` into `loaded` in the transaction that writes the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .feeds import FileFeed

#: Lines per INSERT.
BATCH = 500


@dataclass(frozen=True)
class Line:
    """A file of a feed, as one attempt found it."""

    source_file: str
    state: str
    size_bytes: int
    modified_ns: int
    content_key: str | None = None
    stage_path: str | None = None
    rows_counted: int | None = None
    first_error: str | None = None


@dataclass
class Known:
    """What the ledger holds of one feed.

    versions: (name, size, time of change) of every file seen.
    contents: content key -> name under which it was staged or loaded.
    pending: number of files on the stage that wait for land_files.
    waiting: the runs that staged them.
    """

    versions: set[tuple[str, int, int]] = field(default_factory=set)
    contents: dict[str, str] = field(default_factory=dict)
    pending: int = 0
    waiting: set[str] = field(default_factory=set)


def read(target: SnowflakeConnection, feed: FileFeed) -> Known:
    """The ledger of one feed."""
    known = Known()
    for name, state, size, modified, key, path in snowflake.rows(
        target,
        f"select source_file, state, size_bytes, modified_ns, content_key, stage_path"
        f" from {feed.schema}.LANDED_FILES where feed = %s",
        [feed.name],
    ):
        known.versions.add((name, int(size), int(modified)))
        if state == "staged":
            known.pending += 1
            known.waiting.add(path.split("/")[0])
        if state in ("staged", "loaded"):
            known.contents[key] = name
    return known


def write(target: SnowflakeConnection, feed: FileFeed, lines: Iterable[Line], run: str) -> None:
    """Add lines; each batch of them is one statement."""
    waiting = [
        [
            feed.name, line.source_file, line.content_key, line.state, line.stage_path,
            line.size_bytes, line.modified_ns, line.rows_counted, line.first_error, run,
        ]
        for line in lines
    ]  # fmt: skip
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        binds: list[Any] = [value for line in batch for value in line]
        one = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, sysdate())"
        snowflake.rows(
            target,
            f"insert into {feed.schema}.LANDED_FILES (feed, source_file, content_key, state,"
            " stage_path, size_bytes, modified_ns, rows_counted, first_error, landing_run,"
            f" staged_at) values {', '.join([one] * len(batch))}",
            binds,
        )
