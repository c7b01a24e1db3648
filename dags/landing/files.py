"""Files to stage: the new files of one feed, checked, uploaded and written to the ledger."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from snowflake.connector import SnowflakeConnection

from settings.errors import ExpectedError

from . import feeds, ledger, notices, snowflake
from .feeds import FileFeed
from .fetching import fetched_ahead
from .found import Found
from .incoming import Incoming, entries
from .ledger import Line
from .notice import Notice
from .prepare import Prepared, prepare_file
from .raw_objects import ensure_raw_objects
from .refused import RefusedFileError
from .stage_parts import new_load_id, remove_stale_files
from .stores.store import ChangedObjectError, UnreadableObjectError
from .temp_dirs import DiskFullError, temp_dir
from .untaken import untaken

log = logging.getLogger(__name__)

#: Files are uploaded together up to this number and size, in bytes before compression.
BATCH_FILES = 500
BATCH_BYTES = 512 << 20
#: A copy is staged in parts of this size before compression: PUT holds in memory what it uploads,
#: so that a landing needs the same for a file of any size.
PART_BYTES = 64 << 20
#: Most parts of a file: COPY INTO takes 1,000 names.
PARTS = 500
#: Uploaded at a time, in bytes, if a single part is not larger.
UPLOAD_BYTES = 32 << 20


class IncomingFolderError(ExpectedError):
    """The folder with the files is not there."""


@dataclass(frozen=True)
class Staged:
    """The outcome for one feed, in numbers of files.

    Attributes:
        staged: uploaded by this call.
        duplicate: skipped, because their content was landed before.
        refused: not landed, because they cannot be read or have the wrong header.
        postponed: there was no room for their compressed copies, or the store does not hand them
            out; the next run tries again.
        unsettled: still being written, or gone since; left for the next run.
        pending: on the stage; land_files will land them.
        untaken: a sentence for each file that no feed takes, that is nearest to this one, and that
            no run has met before.
        notices: what else a person should look at, also if an earlier run has said so.
    """

    staged: int = 0
    duplicate: int = 0
    refused: int = 0
    postponed: int = 0
    unsettled: int = 0
    pending: int = 0
    untaken: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    def __str__(self) -> str:
        numbers = {name: len(n) if isinstance(n, tuple) else n for name, n in vars(self).items()}
        counts = [f"{n} {name}" for name, n in numbers.items() if n]
        return ", ".join(counts) or "nothing new"

    @property
    def needs_landing(self) -> bool:
        """Whether land_files has files to land, or one to report that was not landed."""
        return bool(self.pending or self.refused or self.postponed)


def stage_new_files(feed: FileFeed, folder: Path, target: SnowflakeConnection, run: str) -> Staged:
    """Put the new files of a feed on its stage and write their lines to the ledger.

    A file is new if the ledger has no line with its name, size and time of change. If this is
    killed, it can be repeated: a file counts as staged only when its line is written, after the
    upload. Files that should wait on the stage and are gone from there are staged again.

    Args:
        run: name under which a refused file is recorded.

    Raises:
        IncomingFolderError: the folder is not there.
        MacroError: the raw table could not be created or extended.
        StoreError: the feed's object store cannot be read.
        snowflake.connector.Error: Snowflake is unreachable.
    """
    ensure_raw_objects(feed, target)
    known = ledger.read(target, feed)
    if gone := remove_stale_files(target, feed.raw_stage, known.waiting):
        ledger.set_lost(target, feed, gone, run)
        known = ledger.read(target, feed)
    new = [found for found in matching(feed, folder) if found.version not in known.versions]
    settled = list(_settled(new, feed.settle_seconds))
    lines: list[Line] = []
    read: set[str] = set()
    for batch in _batches(settled):
        staged = _stage_what_fits(feed, batch, target, known)
        read |= {line.source_file for line in staged}
        lines += ledger.write(target, feed, staged, run)
    unsettled = [found for found in new if found.name not in read]
    others = [*_unsettled_lines(unsettled), *_untaken_lines(feed, folder, known)]
    lines += ledger.write(target, feed, others, run)
    settled_since = known.unread["unsettled"] - {found.name for found in unsettled}
    ledger.end_unsettled(target, feed, settled_since, run)
    states = [line.state for line in lines]
    for line in lines:
        if line.state in ("refused", "postponed"):
            message = "%s: %s %s: %s"
            log.error(message, feed.name, line.source_file, line.state, line.first_error)
        elif line.state == "duplicate":
            log.warning("%s: %s skipped: %s", feed.name, line.source_file, line.first_error)
        elif line.state == "untaken":
            log.warning("%s: %s", line.source_file, line.first_error)
    outcome = Staged(
        states.count("staged"),
        states.count("duplicate"),
        states.count("refused"),
        states.count("postponed"),
        len(unsettled),
        len(known.waiting) + states.count("staged"),
        tuple(f"{n.source_file}: {n.first_error}" for n in lines if n.state == "untaken"),
        tuple(notices.of_feed(target, feed)),
    )
    for notice in outcome.notices:
        log.warning("%s", notice)
    log.info("%s: %s", feed.name, outcome)
    return outcome


def matching(feed: FileFeed, folder: Path) -> Iterator[Incoming]:
    """The feed's files in the folder or its store, by name.

    Raises:
        IncomingFolderError: the folder is not there.
        StoreError: the store cannot be listed.
    """
    if not feed.store and not folder.is_dir():
        raise IncomingFolderError(f"{folder} is not a folder: create it, or set INCOMING_DIR.")
    for found in entries(folder, feed.store, [feed]):
        # A link might lead to any file of this machine, and a pipe never end.
        if not found.oddity and feed.takes(found.relative):
            yield found


def _untaken_lines(feed: FileFeed, folder: Path, known: ledger.Known) -> Iterator[Line]:
    """A line for each name that no feed takes and that is nearest to this one, if it is new."""
    for file in untaken(folder, feed.store, feeds.load()):
        if file.nearest.name == feed.name and file.found.name not in known.unread["untaken"]:
            yield _not_staged(file.found, "untaken", file.reason)


def _unsettled_lines(files: Iterable[Incoming]) -> Iterator[Line]:
    for found in files:
        yield _not_staged(found, "unsettled", "it was still being written")


def _not_staged(found: Incoming, state: str, why: str) -> Line:
    name, size, changed = found.version
    return Line(name, state, size, changed, first_error=why)


def _settled(files: list[Incoming], settle_seconds: int) -> Iterator[Incoming]:
    """Those that have not changed for settle_seconds; waits at most that long for the youngest.

    A file from the future was written by a clock that is ahead: two looks that agree settle it. An
    object is whole as soon as it is there.
    """
    yield from (found for found in files if not isinstance(found, Found))
    in_folder = [found for found in files if isinstance(found, Found)]
    now = time.time()
    ages = [now - found.modified_ns / 1e9 for found in in_folder]
    youngest = min((max(age, 0.0) for age in ages), default=float(settle_seconds))
    time.sleep(max(0.0, settle_seconds - youngest))
    for found in in_folder:
        try:
            is_same = found.now() == found
        except OSError:
            log.warning("%s disappeared while the run was waiting for it.", found.name)
            continue
        if is_same:
            yield found
        else:
            log.warning("%s is still being written; left for the next run.", found.name)


def _batches(files: Iterable[Incoming]) -> Iterator[list[Incoming]]:
    batch: list[Incoming] = []
    size = 0
    for found in files:
        if batch and (len(batch) == BATCH_FILES or size + found.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(found)
        size += found.size
    if batch:
        yield batch


def _stage_what_fits(
    feed: FileFeed, batch: list[Incoming], target: SnowflakeConnection, known: ledger.Known
) -> list[Line]:
    """Stage a batch, in halves if there is no room for it; a file alone that has none waits."""
    try:
        lines = _stage_batch(feed, batch, target, known.copy())
    except DiskFullError as error:
        if len(batch) == 1:
            return [_not_staged(batch[0], "postponed", str(error))]
        half = len(batch) // 2
        parts = (batch[:half], batch[half:])
        return [line for part in parts for line in _stage_what_fits(feed, part, target, known)]
    for line in lines:
        if line.state == "staged" and line.content_key:
            known.add(line.source_file, line.content_key)
    return lines


def _stage_batch(
    feed: FileFeed, batch: list[Incoming], target: SnowflakeConnection, known: ledger.Known
) -> list[Line]:
    """Prepare the files and upload them together; the lines to write.

    Raises:
        DiskFullError: there is no room for the compressed copies; nothing is staged.
    """
    load = new_load_id()
    lines = []
    with (
        temp_dir(needed_bytes=sum(found.copy_bytes for found in batch)) as copies,
        fetched_ahead(batch, copies, feed.max_bytes) as fetched,
    ):
        for found in batch:
            line = _prepare(feed, found, fetched, copies, known, load)
            if line:
                lines.append(line)
        if any(line.state == "staged" for line in lines):
            largest = max(copy.stat().st_size for copy in copies.glob("*.csv.gz"))
            parallel = min(8, max(1, UPLOAD_BYTES // largest))
            snowflake.put(target, copies / "*.csv.gz", f"@{feed.raw_stage}/{load}/", parallel)
    return lines


def _prepare(
    feed: FileFeed,
    found: Incoming,
    fetched: Callable[[Incoming], Path],
    copies: Path,
    known: ledger.Known,
    load: str,
) -> Line | None:
    """The ledger line of one file; None if it changed while it was read."""
    name, size, changed = found.version
    copy = copies / "being-checked.tmp"
    try:
        path = fetched(found)
        try:
            limited = replace(feed, max_bytes=_most_bytes(feed, found))
            part_bytes = max(PART_BYTES, feed.max_bytes // PARTS)
            prepared = prepare_file(limited, path, copy, part_bytes)
        finally:
            found.release(path)
        if _has_changed(found):
            return None
    except RefusedFileError as error:
        if _has_changed(found):
            return None
        return _not_staged(found, "refused", str(error))
    except UnreadableObjectError as error:
        return _not_staged(found, "postponed", str(error))
    except ChangedObjectError:
        log.warning("%s changed while it was read; left for the next run.", name)
        return None
    except FileNotFoundError:
        log.warning("%s disappeared while it was read; left for the next run.", name)
        return None
    key = prepared.content_key
    line = Line(name, "staged", size, changed, key, rows_counted=prepared.rows)
    if key in known.contents:
        return line.again(known)
    known.add(name, key)
    return replace(line, stage_path=",".join(f"{load}/{part}" for part in _named(prepared, copies)))


def _named(prepared: Prepared, copies: Path) -> Iterator[str]:
    """The parts' names on the stage, which macros read; gives them to the files."""
    for path, records_before in prepared.parts:
        before = f".{records_before}" if records_before else ""
        name = f"{prepared.content_key}{before}.csv.gz"
        path.rename(copies / name)
        yield name


def _most_bytes(feed: FileFeed, found: Incoming) -> int:
    """Where to stop reading: one that grows faster than it is read has no end."""
    may_be_packed = feed.shape or found.is_gzip
    return feed.max_bytes if may_be_packed else min(feed.max_bytes, found.size)


def _has_changed(found: Incoming) -> bool:
    """Whether what was read is no longer what is there; then the next run reads it again."""
    if change := found.change():
        log.warning("%s %s while it was read; left for the next run.", found.name, change)
    return change is not None
