"""The server's folder on disk, and the lock that keeps a second server out of it.

DIR/server.lock        one server per folder
DIR/databases/NAME.db  one Snowflake database each
DIR/catalog.db         what spans databases: stages, file formats, comments, keys of users
DIR/stages/DATABASE/SCHEMA/STAGE/...   staged files
DIR/spill/, DIR/results/               emptied at start
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path


class FolderError(Exception):
    """The data folder cannot be used; the text says why and what to do."""


class DataFolder:
    """The paths in the folder, which is locked by this process until `release`.

    Raises:
        FolderError: another server runs on this folder, or it cannot be written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.databases = root / "databases"
        self.stages = root / "stages"
        self.results = root / "results"
        self.spill = root / "spill"
        self.catalog = root / "catalog.db"
        try:
            root.mkdir(parents=True, exist_ok=True)
            self._lock = (root / "server.lock").open("a+")
            self._acquire()
            for folder in (self.results, self.spill):
                shutil.rmtree(folder, ignore_errors=True)
            for folder in (self.databases, self.stages, self.results, self.spill):
                folder.mkdir(exist_ok=True)
        except OSError as error:
            raise FolderError(f"{root} cannot be used as --data: {error}") from error

    def _acquire(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            owner = self._lock.read().strip() or "another process"
            self._lock.close()
            raise FolderError(
                f"{self.root} is in use by process {owner}: stop it, or choose another --data."
            ) from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def release(self) -> None:
        """Let another server use the folder."""
        self._lock.close()
