"""The one DuckDB instance that owns the databases of a data folder."""

from __future__ import annotations

from pathlib import Path

import duckdb
from fakesnow.instance import GLOBAL_DATABASE_NAME, FakeSnow

from local_snowflake import catalog
from local_snowflake.folder import DataFolder
from local_snowflake.names import literal, quoted
from local_snowflake.results import ResultCache


class Storage(FakeSnow):
    """fakesnow's instance, with its databases, catalog and stages kept in a folder.

    Its SQL is that of the patched libraries: patches.apply() comes first.
    """

    def __init__(self, folder: DataFolder, memory_limit: str = "1GB") -> None:
        self.folder = folder
        # What FakeSnow.__init__ sets, except that nothing appears because a client asked for it.
        self.create_database_on_connect = False
        self.create_schema_on_connect = False
        self.db_path = folder.databases
        self.nop_regexes = None
        self.results_cache = ResultCache()
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
        self._attach(folder.catalog, GLOBAL_DATABASE_NAME)
        self.duck_conn.execute(catalog.global_sql())
        self.duck_conn.execute("SET GLOBAL TimeZone = 'UTC'")
        for file in sorted(folder.databases.glob("*.db")):
            self._attach(file, file.stem)
            # A server killed inside CREATE DATABASE leaves the file without these.
            self.duck_conn.execute(catalog.database_sql(file.stem))
        self.has_cased_names = catalog.has_cased_names(self.duck_conn)

    def _attach(self, file: Path, name: str) -> None:
        self.duck_conn.execute(f"ATTACH {literal(str(file))} AS {quoted(name)}")

    def create_database(self, name: str) -> None:
        """Make a database with its PUBLIC schema; one that exists stays as it is."""
        file = self.folder.databases / f"{name}.db"
        if not file.exists():
            self._attach(file, name)
        self.duck_conn.execute(catalog.database_sql(name))

    def close(self) -> None:
        """Write everything out and let go of the folder."""
        self.duck_conn.close()
        self.folder.release()
