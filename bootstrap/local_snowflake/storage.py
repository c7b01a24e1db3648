"""What is on disk, and the one DuckDB instance that owns it.

DIR/server.lock        one server a folder
DIR/databases/NAME.db  a Snowflake database each
DIR/catalog.db         what spans databases: stages, file formats, comments, text lengths
DIR/stages/DATABASE/SCHEMA/STAGE/...   staged files
DIR/spill/, DIR/results/               emptied at start
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

import duckdb
from fakesnow import info_schema
from fakesnow import macros as fakesnow_macros
from fakesnow.instance import GLOBAL_DATABASE_NAME, FakeSnow
from fakesnow.transforms import show, stage

from bootstrap.local_snowflake import fakesnow_changes, stages
from bootstrap.local_snowflake.copy_into import history
from bootstrap.local_snowflake.results import ResultCache
from bootstrap.local_snowflake.semantics import macros


class StorageError(Exception):
    """The data folder cannot be used; the text says why and what to do."""


class Storage(FakeSnow):
    """fakesnow's instance, with its databases, catalogue and stages kept in a folder."""

    def __init__(self, root: Path, memory_limit: str = "1GB") -> None:
        self.root = root
        self.databases = root / "databases"
        self.stages = root / "stages"
        self.results = root / "results"
        self._lock = self._take_folder()
        # What FakeSnow.__init__ sets, except that nothing appears because a client asked for it.
        self.create_database_on_connect = False
        self.create_schema_on_connect = False
        self.db_path = self.databases
        self.nop_regexes = None
        self.results_cache = ResultCache()
        stage.LOCAL_BUCKET_PATH = str(self.stages)
        fakesnow_changes.apply()
        self.duck_conn = duckdb.connect(
            ":memory:",
            config={
                # sqlglot still writes x -> y for DuckDB
                "lambda_syntax": "ENABLE_SINGLE_ARROW",
                "memory_limit": memory_limit,
                "temp_directory": str(root / "spill"),
                "autoinstall_known_extensions": "false",
                # a name in SQL is never a variable of this process
                "python_enable_replacements": "false",
            },
        )
        self._attach()

    def _take_folder(self) -> IO[str]:
        """Create the folders and keep other servers out.

        Raises:
            StorageError: another server runs on this folder, or it cannot be written.
        """
        try:
            for folder in (self.results, self.root / "spill"):
                shutil.rmtree(folder, ignore_errors=True)
            for folder in (self.databases, self.stages, self.results, self.root / "spill"):
                folder.mkdir(parents=True, exist_ok=True)
            lock = (self.root / "server.lock").open("a+")
        except OSError as error:
            raise StorageError(f"{self.root} cannot be used as --data: {error}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            owner = lock.read().strip() or "another process"
            lock.close()
            raise StorageError(
                f"{self.root} is in use by process {owner}: stop it, or give another --data."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock

    def _attach(self) -> None:
        catalog = self.root / "catalog.db"
        self.duck_conn.execute(f"ATTACH '{_quote(catalog)}' AS {GLOBAL_DATABASE_NAME}")
        self.duck_conn.execute(info_schema.fs_global_creation_sql())
        self.duck_conn.execute(show.fs_global_creation_sql())
        self.duck_conn.execute(stages.CREATION_SQL)
        self.duck_conn.execute(macros.creation_sql())
        self.duck_conn.execute("SET GLOBAL TimeZone = 'UTC'")
        for file in sorted(self.databases.glob("*.db")):
            self.duck_conn.execute(f"ATTACH '{_quote(file)}' AS \"{file.stem}\"")
            # A server killed inside CREATE DATABASE leaves the file without these.
            self._prepare(file.stem)

    def create_database(self, name: str) -> None:
        """Make a database with its PUBLIC schema; one that exists stays as it is."""
        if not (self.databases / f"{name}.db").exists():
            file = _quote(self.databases / f"{name}.db")
            self.duck_conn.execute(f"ATTACH '{file}' AS \"{name}\"")
        self._prepare(name)

    def _prepare(self, name: str) -> None:
        self.duck_conn.execute(info_schema.per_db_creation_sql(name))
        self.duck_conn.execute(fakesnow_macros.creation_sql(name))
        self.duck_conn.execute(history.creation_sql(name))
        self.duck_conn.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}".PUBLIC')

    def close(self) -> None:
        """Write everything out and let go of the folder."""
        self.duck_conn.close()
        self._lock.close()


def _quote(path: Path) -> str:
    return str(path).replace("'", "''")
