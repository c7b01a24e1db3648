"""The one DuckDB instance that owns the databases of a data folder."""

from __future__ import annotations

from pathlib import Path

import duckdb
from fakesnow import info_schema
from fakesnow import macros as fakesnow_macros
from fakesnow.instance import GLOBAL_DATABASE_NAME, FakeSnow
from fakesnow.transforms import show, stage

from local_snowflake import fakesnow_changes, key_pair, stages
from local_snowflake.copy_into import history
from local_snowflake.folder import DataFolder
from local_snowflake.results import ResultCache
from local_snowflake.semantics import formats, identifiers, macros


class Storage(FakeSnow):
    """fakesnow's instance, with its databases, catalogue and stages kept in a folder."""

    def __init__(self, folder: DataFolder, memory_limit: str = "1GB") -> None:
        self.folder = folder
        # What FakeSnow.__init__ sets, except that nothing appears because a client asked for it.
        self.create_database_on_connect = False
        self.create_schema_on_connect = False
        self.db_path = folder.databases
        self.nop_regexes = None
        self.results_cache = ResultCache()
        stage.LOCAL_BUCKET_PATH = str(folder.stages)
        fakesnow_changes.apply()
        formats.keep_as_written()
        self.duck_conn = duckdb.connect(
            ":memory:",
            config={
                # sqlglot still writes x -> y for DuckDB
                "lambda_syntax": "ENABLE_SINGLE_ARROW",
                "memory_limit": memory_limit,
                "temp_directory": str(folder.spill),
                "autoinstall_known_extensions": "false",
                # a name in SQL is never a variable of this process
                "python_enable_replacements": "false",
            },
        )
        self._attach()
        self.has_cased_names = identifiers.any_cased(self.duck_conn)

    def _attach(self) -> None:
        catalog = _quote(self.folder.catalog)
        self.duck_conn.execute(f"ATTACH '{catalog}' AS {GLOBAL_DATABASE_NAME}")
        self.duck_conn.execute(info_schema.fs_global_creation_sql())
        self.duck_conn.execute(show.fs_global_creation_sql())
        self.duck_conn.execute(stages.CREATION_SQL)
        self.duck_conn.execute(key_pair.CREATION_SQL)
        self.duck_conn.execute(macros.creation_sql())
        self.duck_conn.execute("SET GLOBAL TimeZone = 'UTC'")
        for file in sorted(self.folder.databases.glob("*.db")):
            self.duck_conn.execute(f"ATTACH '{_quote(file)}' AS \"{file.stem}\"")
            # A server killed inside CREATE DATABASE leaves the file without these.
            self._prepare(file.stem)

    def create_database(self, name: str) -> None:
        """Make a database with its PUBLIC schema; one that exists stays as it is."""
        if not (self.folder.databases / f"{name}.db").exists():
            file = _quote(self.folder.databases / f"{name}.db")
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
        self.folder.release()


def _quote(path: Path) -> str:
    return str(path).replace("'", "''")
