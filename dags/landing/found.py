"""What is in the incoming folder, as it was when it was found."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import settings


@dataclass(frozen=True)
class Found:
    """A file in the folder, as it was when it was found.

    Attributes:
        path: leads over no link.
        folder: the incoming folder, as the path begins.
        size: in bytes.
        modified_ns: when its content was written, in nanoseconds since 1970, as writers say.
        changed_ns: when anything of it was changed, as this machine says: unlike the time before,
            no tool that copies or unpacks files sets it back.
        mode: kind and permissions.
    """

    path: Path
    folder: Path
    size: int
    modified_ns: int
    changed_ns: int
    mode: int

    @staticmethod
    def at(path: Path, folder: Path) -> Found:
        """The file at a path below the incoming folder, as it is now.

        Raises:
            OSError: it is gone.
        """
        status = path.lstat()
        times = (status.st_mtime_ns, status.st_ctime_ns)
        return Found(path, folder, status.st_size, *times, status.st_mode)

    def now(self) -> Found:
        """What is at its path now.

        Raises:
            OSError: it is gone.
        """
        return Found.at(self.path, self.folder)

    @property
    def relative(self) -> str:
        """Its path below the folder: with the folders in between, as feeds take it."""
        return self.path.relative_to(self.folder).as_posix()

    @property
    def name(self) -> str:
        r"""The same as it is shown and in the ledger: bytes that are not UTF-8 are \xNN."""
        return os.fsencode(self.relative).decode("utf-8", "backslashreplace")

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, not a link to one."""
        return stat.S_ISDIR(self.mode)

    @property
    def oddity(self) -> str | None:
        """What it is instead of a file; None for a file."""
        if stat.S_ISREG(self.mode):
            return None
        if stat.S_ISLNK(self.mode):
            return "a symbolic link"
        return "a folder" if self.is_folder else "a pipe or device"

    @property
    def is_gzip(self) -> bool:
        """Whether it is one by its name."""
        return self.path.suffix.lower() == ".gz"

    @property
    def unnameable(self) -> str | None:
        """Why nothing of this name can be landed; None if it can."""
        return None if self.name == self.relative else "its name is not UTF-8: rename it."

    @property
    def version(self) -> tuple[str, int, int]:
        """As in the ledger: name, size and time of change."""
        return (self.name, self.size, self.changed_ns)

    @property
    def copy_bytes(self) -> int:
        """Room for its compressed copy; a gzip file grows, as it is packed at a faster level."""
        return self.size * 2 if self.is_gzip else self.size

    def change(self) -> str | None:
        """What became of it since it was found, in a word; None if it is as it was."""
        try:
            return None if self.now() == self else "changed"
        except OSError:
            return "disappeared"

    def fetch(self, folder: Path) -> Path:  # noqa: ARG002 - objects of a store need it
        """Where it can be read; it is here already."""
        return self.path

    def release(self, fetched: Path) -> None:
        """Nothing was fetched, so nothing is deleted."""


def listed(folder: Path, leads_to: Callable[[str], bool]) -> list[Found]:
    """The entries of a folder by name, except those that INCOMING_IGNORED leaves out.

    Args:
        leads_to: whether a folder in it, by its path below it, is looked into; then its entries
            are listed in its place. One that may not be read is listed itself. No link is followed.
    """
    # A link on the way to the folder is its owner's; one below it is followed by nobody.
    folder = folder.resolve()
    ignored = settings.get_or_default("INCOMING_IGNORED").split()
    found, waiting = [], [*folder.iterdir()]
    while waiting:
        path = waiting.pop()
        name = path.name.lower()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in ignored):
            continue
        with suppress(FileNotFoundError):  # removed since
            entry = Found.at(path, folder)
            if entry.is_folder and leads_to(entry.relative):
                with suppress(PermissionError):
                    waiting += path.iterdir()
                    continue
            found.append(entry)
    return sorted(found, key=lambda entry: entry.path)
