"""The ledger of files, RAW.LANDED_FILES, as far as Python reads and writes it.

A line's state, and who writes it:

    staged      here: the file is on the stage
    duplicate   here: its content is staged or loaded already
    refused     here: it cannot be landed
    untaken     here: no feed takes it, and this one is the nearest; one line for each name
    postponed   here: there was no room to stage it, so it counts as new
    unsettled   here: it was still being written when a landing first met it so, and so it was
                whenever it was met since; it counts as new
    loaded      macro land_files, in the transaction that writes the rows
    lost        here and macro land_files: it was staged and did not arrive, or has the content of
                a file that did not, so it counts as new
    retried     here: it was postponed, and there is a newer line, or it is no longer being written;
                macro landing_set_definition: it was refused, and the block has changed since
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from snowflake.connector import SnowflakeConnection

from . import snowflake
from .feeds import FileFeed

#: Lines per INSERT.
BATCH = 500
#: Of files that no landing has read: they count as new.
UNREAD = ("untaken", "postponed", "unsettled")
#: Of these, a name has one line, from when it was first met so.
TOLD_ONCE = ("untaken", "unsettled")


@dataclass(frozen=True)
class Line:
    """A file of a feed, as one attempt found it.

    Attributes:
        state: one of those above.
        modified_ns: when the file was last changed, in nanoseconds since 1970, by this machine's
            clock (not what a copying tool sets).
        content_key: SHA-256 of its uncompressed bytes; None if it was refused before that.
        stage_path: path below the stage, or those of its parts, separated by commas; None if it is
            not there.
        rows_counted: rows without the header.
        first_error: why the file was refused or skipped.
    """

    source_file: str
    state: str
    size_bytes: int
    modified_ns: int
    content_key: str | None = None
    stage_path: str | None = None
    rows_counted: int | None = None
    first_error: str | None = None

    @property
    def version(self) -> tuple[str, int, int]:
        """Name, size and time of change: what shows without reading that a file has changed."""
        return (self.source_file, self.size_bytes, self.modified_ns)

    def again(self, known: Known) -> Line:
        """The line of a file whose content is known.

        The rows of the newest content of a name are those that count, so an earlier content that
        comes back after another is not what was landed before: a person must decide.
        """
        assert self.content_key is not None
        name = known.contents[self.content_key]
        reason = f"same content as {name}, which was landed before"
        is_back = name == self.source_file and known.newest[name] != self.content_key
        if is_back:
            reason = (
                f"an earlier content of {name} again, and other content was landed since, which"
                " stays: if this is the right one, send it with a blank line at its end"
            )
        state = "refused" if is_back else "duplicate"
        return replace(self, state=state, stage_path=None, rows_counted=None, first_error=reason)


@dataclass
class Known:
    """What the ledger says about one feed.

    Attributes:
        versions: (name, size, time of change) of every file of the feed that was seen.
        unread: state -> names, for the states of UNREAD.
        contents: content key -> name under which it was staged or loaded.
        newest: name -> content key that was staged last.
        waiting: paths on the stage that land_files will land.
    """

    versions: set[tuple[str, int, int]] = field(default_factory=set)
    unread: dict[str, set[str]] = field(default_factory=lambda: {state: set() for state in UNREAD})
    contents: dict[str, str] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)

    def copy(self) -> Known:
        """One that may be added to while it is not certain that the files will be staged."""
        return replace(self, contents=dict(self.contents), newest=dict(self.newest))

    def add(self, name: str, key: str) -> None:
        """A content that is staged or loaded under a name, later than those before it."""
        self.contents[key], self.newest[name] = name, key


def read(target: SnowflakeConnection, feed: FileFeed) -> Known:
    """What the ledger says about one feed.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    known = Known()
    for name, state, size, modified, key, path in snowflake.rows(
        target,
        f"select source_file, state, size_bytes, modified_ns, content_key, stage_path"
        f" from {feed.schema}.LANDED_FILES where feed = %s and state not in ('lost', 'retried')"
        " order by staged_at",
        [feed.name],
    ):
        if state in UNREAD:
            known.unread[state].add(name)
            continue
        known.versions.add((name, int(size), int(modified)))
        if state == "staged":
            known.waiting.add(path)
        if state in ("staged", "loaded"):
            known.add(name, key)
    return known


def write(
    target: SnowflakeConnection, feed: FileFeed, lines: Iterable[Line], run: str
) -> list[Line]:
    """Add lines, except for files that another run has added meanwhile.

    Returns:
        The lines that were added; as `Line.again` has them where another run has staged the same
        content.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable; nothing was added.
    """
    lines = list(lines)
    if not lines:
        return []
    with feed_lock(target, feed, run):
        known = read(target, feed)
        added = []
        for line in lines:
            is_told = line.state in TOLD_ONCE and line.source_file in known.unread[line.state]
            if line.version in known.versions or is_told:
                continue
            if line.state == "staged" and line.content_key in known.contents:
                line = line.again(known)
            added.append(line)
        _end(target, feed, "postponed", known.unread["postponed"] & {n.source_file for n in added})
        for start in range(0, len(added), BATCH):
            _insert(target, feed, added[start : start + BATCH], run)
    return added


def end_unsettled(
    target: SnowflakeConnection, feed: FileFeed, names: Collection[str], run: str
) -> None:
    """Note that files are no longer being written; one that is again has a new line.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable; nothing was noted.
    """
    if names:
        with feed_lock(target, feed, run):
            _end(target, feed, "unsettled", names)


def set_lost(target: SnowflakeConnection, feed: FileFeed, paths: Collection[str], run: str) -> None:
    """Mark files that are not on their stage as lost, so that they are staged again.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable; nothing was marked.
    """
    with feed_lock(target, feed, run):
        snowflake.rows(
            target,
            f"update {feed.schema}.LANDED_FILES set state = 'lost',"
            " first_error = 'it was no longer on the stage'"
            f" where feed = %s and state in ('staged', 'duplicate') and content_key in (select"
            f" content_key from {feed.schema}.LANDED_FILES where feed = %s and state = 'staged'"
            f" and stage_path in ({_marks(paths)}))",
            [feed.name, feed.name, *paths],
        )


@contextmanager
def feed_lock(target: SnowflakeConnection, feed: FileFeed, run: str) -> Iterator[None]:
    """A transaction that other landings of this feed wait for, whether in Python or in dbt.

    It updates the same line as the macro landing_acquire_feed_lock; Snowflake lets the second
    update wait until the first transaction ends.
    """
    snowflake.rows(target, "begin")
    try:
        snowflake.rows(
            target,
            f"update {feed.schema}.FEEDS set last_run = %s where feed = %s",
            [run, feed.name],
        )
        yield
    except BaseException:
        snowflake.rows(target, "rollback")
        raise
    snowflake.rows(target, "commit")


def _end(target: SnowflakeConnection, feed: FileFeed, state: str, names: Collection[str]) -> None:
    ordered = sorted(names)
    for start in range(0, len(ordered), BATCH):
        some = ordered[start : start + BATCH]
        snowflake.rows(
            target,
            f"update {feed.schema}.LANDED_FILES set state = 'retried' where feed = %s"
            f" and state = %s and source_file in ({_marks(some)})",
            [feed.name, state, *some],
        )


def _insert(target: SnowflakeConnection, feed: FileFeed, lines: list[Line], run: str) -> None:
    binds: list[Any] = []
    for line in lines:
        binds += [
            feed.name, line.source_file, line.content_key, line.state, line.stage_path,
            line.size_bytes, line.modified_ns, line.rows_counted, line.first_error, run,
        ]  # fmt: skip
    one = f"({_marks(range(10))}, sysdate())"
    snowflake.rows(
        target,
        f"insert into {feed.schema}.LANDED_FILES (feed, source_file, content_key, state,"
        " stage_path, size_bytes, modified_ns, rows_counted, first_error, landing_run,"
        f" staged_at) values {', '.join([one] * len(lines))}",
        binds,
    )


def _marks(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))
