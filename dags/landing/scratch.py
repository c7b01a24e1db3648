"""Folders for files on their way to a stage; none survives its process for long."""

from __future__ import annotations

import errno
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "landing-"
LOCK = "in-use"


class DiskFullError(Exception):
    """Too little room; the text says where and how much is needed."""


@contextmanager
def folder(needed_bytes: int) -> Iterator[Path]:
    """A folder of its own below the system's temporary one, deleted at the end.

    A killed process cannot delete its folder: the next one does, because the lock inside is free.

    Args:
        needed_bytes: room that must be free before work begins.

    Raises:
        DiskFullError: there is less, or others took it meanwhile.
    """
    root = Path(tempfile.gettempdir())
    _sweep(root)
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


def _sweep(root: Path) -> None:
    for lock_file in root.glob(f"{PREFIX}*/{LOCK}"):
        try:
            with lock_file.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock_file.parent, ignore_errors=True)
        except OSError:
            continue  # in use, or another user's
