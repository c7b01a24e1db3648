"""Files to stage: the new files of one feed, checked, uploaded and written to the ledger."""

from __future__ import annotations

import fnmatch
import logging
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from snowflake.connector import SnowflakeConnection

from settings.errors import ExpectedError

from . import ledger, snowflake
from .feeds import FileFeed
from .ledger import Line
from .prepare import prepare_file
from .raw_objects import ensure_raw_objects
from .refused import RefusedFileError, too_large
from .stage_parts import new_load_id, remove_stale_files
from .temp_dirs import temp_dir

log = logging.getLogger(__name__)

#: Files are uploaded together up to this number and size, in bytes before compression.
BATCH_FILES = 500
BATCH_BYTES = 512 << 20


class IncomingFolderError(ExpectedError):
    """The folder with the files is not there."""


@dataclass(frozen=True)
class Found:
    """A file in the folder, as it was when it was found.

    Attributes:
        size: in bytes.
        modified_ns: when its content was written, in nanoseconds since 1970, as writers say.
        changed_ns: when anything of it was changed, as this machine says: unlike the time before,
            no tool that copies or unpacks files sets it back.
        mode: kind and permissions.
    """

    path: Path
    size: int
    modified_ns: int
    changed_ns: int
    mode: int

    @staticmethod
    def at(path: Path) -> Found:
        """The file at a path, as it is now.

        Raises:
            OSError: it is gone.
        """
        status = path.lstat()
        times = (status.st_mtime_ns, status.st_ctime_ns)
        return Found(path, status.st_size, *times, status.st_mode)

    @property
    def name(self) -> str:
        r"""The file's name, with bytes that are not UTF-8 as \xNN."""
        return os.fsencode(self.path.name).decode("utf-8", "backslashreplace")

    @property
    def oddity(self) -> str | None:
        """What it is instead of a file; None for a file."""
        if stat.S_ISREG(self.mode):
            return None
        if stat.S_ISLNK(self.mode):
            return "a symbolic link"
        return "a folder" if stat.S_ISDIR(self.mode) else "a pipe or device"

    @property
    def version(self) -> tuple[str, int, int]:
        """As in the ledger: name, size and time of change."""
        return (self.name, self.size, self.changed_ns)

    @property
    def copy_bytes(self) -> int:
        """Room for its compressed copy; a gzip file grows, as it is packed at a faster level."""
        return self.size * 2 if self.path.suffix == ".gz" else self.size


@dataclass(frozen=True)
class Staged:
    """The outcome for one feed, in numbers of files.

    Attributes:
        staged: uploaded by this call.
        duplicate: skipped, because their content was landed before.
        refused: not landed, because they cannot be read or have the wrong header.
        unsettled: still being written; left for the next run.
        pending: on the stage; land_files will land them.
    """

    staged: int = 0
    duplicate: int = 0
    refused: int = 0
    unsettled: int = 0
    pending: int = 0

    def __str__(self) -> str:
        counts = [f"{n} {name}" for name, n in asdict(self).items() if n]
        return ", ".join(counts) or "nothing new"

    @property
    def needs_landing(self) -> bool:
        """Whether land_files has files to land or a refused file to report."""
        return bool(self.pending or self.refused)


def stage_new_files(feed: FileFeed, folder: Path, target: SnowflakeConnection, run: str) -> Staged:
    """Put the new files of a feed on its stage and write their lines to the ledger.

    A file is new if the ledger has no line with its name, size and time of change. If this is
    killed, it can be repeated: a file counts as staged only when its line is written, after the
    upload. Files that should wait on the stage and are gone from there are staged again.

    Args:
        run: name under which a refused file is recorded.

    Raises:
        IncomingFolderError: the folder is not there.
        DiskFullError: there is no room for the compressed copies.
        MacroError: the raw table could not be created or extended.
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
    for batch in _batches(settled):
        lines += ledger.write(target, feed, _stage_batch(feed, batch, target, known), run)
    states = [line.state for line in lines]
    for line in lines:
        if line.state == "refused":
            log.error("%s: %s refused: %s", feed.name, line.source_file, line.first_error)
        elif line.state == "duplicate":
            log.warning("%s: %s skipped: %s", feed.name, line.source_file, line.first_error)
    outcome = Staged(
        states.count("staged"),
        states.count("duplicate"),
        states.count("refused"),
        len(new) - len(settled),
        len(known.waiting) + states.count("staged"),
    )
    log.info("%s: %s", feed.name, outcome)
    return outcome


def matching(feed: FileFeed, folder: Path) -> list[Found]:
    """The feed's files in the folder, by name; what is no plain file is named in the log.

    Raises:
        IncomingFolderError: the folder is not there.
    """
    if not folder.is_dir():
        raise IncomingFolderError(f"{folder} is not a folder: create it, or set INCOMING_DIR.")
    files = []
    for path in sorted(folder.iterdir()):
        if not fnmatch.fnmatchcase(path.name.removesuffix(".gz"), feed.pattern):
            continue
        with suppress(FileNotFoundError):  # removed since
            found = Found.at(path)
            if found.oddity is None:
                files.append(found)
            else:
                # A link might lead to any file of this machine, and a pipe never end.
                log.warning("%s: %s is %s: skipped.", feed.name, found.name, found.oddity)
    return files


def _settled(files: list[Found], settle_seconds: int) -> Iterator[Found]:
    """Those that have not changed for settle_seconds; waits at most that long for the youngest.

    A file from the future was written by a clock that is ahead: two looks that agree settle it.
    """
    now = time.time()
    ages = [now - found.modified_ns / 1e9 for found in files]
    youngest = min((max(age, 0.0) for age in ages), default=float(settle_seconds))
    time.sleep(max(0.0, settle_seconds - youngest))
    for found in files:
        try:
            is_same = Found.at(found.path) == found
        except OSError:
            log.warning("%s disappeared while the run was waiting for it.", found.name)
            continue
        if is_same:
            yield found
        else:
            log.warning("%s is still being written; left for the next run.", found.name)


def _batches(files: Iterable[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for found in files:
        if batch and (len(batch) == BATCH_FILES or size + found.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(found)
        size += found.size
    if batch:
        yield batch


def _stage_batch(
    feed: FileFeed, batch: list[Found], target: SnowflakeConnection, known: ledger.Known
) -> list[Line]:
    """Prepare the files and upload them together; the lines to write."""
    load = new_load_id()
    lines = []
    with temp_dir(needed_bytes=sum(found.copy_bytes for found in batch)) as copies:
        for found in batch:
            line = _prepare(feed, found, copies, known, load)
            if line:
                lines.append(line)
        if any(line.state == "staged" for line in lines):
            snowflake.put(target, copies / "*.csv.gz", f"@{feed.raw_stage}/{load}/")
    return lines


def _prepare(
    feed: FileFeed, found: Found, copies: Path, known: ledger.Known, load: str
) -> Line | None:
    """The ledger line of one file; None if it changed while it was read."""
    name, size, changed = found.version
    copy = copies / "being-checked.tmp"
    try:
        if name != found.path.name:
            raise RefusedFileError("its name is not UTF-8: rename it.")
        if size > feed.max_bytes:
            raise too_large(feed.max_bytes)
        prepared = prepare_file(feed, found.path, copy)
        if Found.at(found.path) != found:
            log.warning("%s changed while it was read; left for the next run.", name)
            return None
    except RefusedFileError as error:
        return Line(name, "refused", size, changed, first_error=str(error))
    except FileNotFoundError:
        return None
    key = prepared.content_key
    line = Line(name, "staged", size, changed, key, f"{load}/{key}.csv.gz", prepared.rows)
    if key in known.contents:
        return line.again(known)
    known.add(name, key)
    copy.rename(copies / f"{key}.csv.gz")
    return line
