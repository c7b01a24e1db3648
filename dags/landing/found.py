"""What is in the incoming folder, as it was when it was found."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import settings


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
        return self.size * 2 if self.path.suffix.lower() == ".gz" else self.size


def listed(folder: Path) -> Iterator[Found]:
    """Each entry of a folder by name, except those that INCOMING_IGNORED leaves out."""
    ignored = settings.get_or_default("INCOMING_IGNORED")
    for path in sorted(folder.iterdir()):
        name = path.name.lower()
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern in ignored.split()):
            with suppress(FileNotFoundError):  # removed since
                yield Found.at(path)
