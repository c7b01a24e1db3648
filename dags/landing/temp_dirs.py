"""Folders for files on their way to a stage; none outlives its process for long."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from settings.errors import ExpectedError

PREFIX = "landing-"
LOCK = "in-use"


class DiskFullError(ExpectedError):
    """Too little room; the text says where and how much is needed."""


@contextmanager
def temp_dir(needed_bytes: int) -> Iterator[Path]:
    """A new folder below the system's temporary one, deleted at the end.

    A killed process cannot delete its folder. The next call does, because the lock inside is free.

    Args:
        needed_bytes: room that must be free before work begins.

    Raises:
        DiskFullError: there is less room, or others took it meanwhile.
    """
    root = Path(tempfile.gettempdir())
    _delete_abandoned(root)
    free = shutil.disk_usage(root).free
    if free < needed_bytes:
        raise DiskFullError(
            f"{root} has {free / 1e6:.0f} MB free and landing needs {needed_bytes / 1e6:.0f} MB: "
            "make room, or point TMPDIR at a larger disk."
        )
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    with (path / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield path
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise DiskFullError(
                f"{root} is full: make room, or point TMPDIR at a larger disk."
            ) from error
        finally:
            shutil.rmtree(path, ignore_errors=True)


def _delete_abandoned(root: Path) -> None:
    for lock_file in root.glob(f"{PREFIX}*/{LOCK}"):
        try:
            # Others may have made one of this name, or a link to what is ours.
            if lock_file.lstat().st_uid != os.geteuid() or lock_file.parent.is_symlink():
                continue
            with lock_file.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock_file.parent, ignore_errors=True)
        except OSError:
            continue  # in use
