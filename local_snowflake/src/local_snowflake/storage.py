"""The one DuckDB instance that owns the databases of a data folder."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import duckdb
from fakesnow.instance import GLOBAL_DATABASE_NAME, FakeSnow

from local_snowflake import catalog
from local_snowflake.errors import SnowflakeError, not_supported
from local_snowflake.folder import DataFolder
from local_snowflake.names import is_internal_database, literal, quoted
from local_snowflake.results import ResultCache
from local_snowflake.upload_urls import UploadUrls

log = logging.getLogger(__name__)

#: A database is a file of its name, which the SQL of its own tables and views repeats.
_DATABASE_NAME = re.compile(r"[A-Za-z0-9_$]{1,200}")


def check_database_name(name: str) -> None:
    """Snowflake takes any name in double quotes; this server does not.

    Raises:
        SnowflakeError: it has other characters than letters, digits, _ and $, or is the name of one
            of the server's own databases.
    """
    if not _DATABASE_NAME.fullmatch(name):
        raise not_supported(
            "a database whose name has other characters than letters, digits, _ and $, or more"
            " than 200 of them"
        )
    if is_internal_database(name):
        raise not_supported(f"a database whose name is one of its own ({name})")


class Storage(FakeSnow):
    """fakesnow's instance, with its databases, catalog and stages kept in a folder.

    Its SQL is that of the patched libraries: patches.apply() comes first.

    Args:
        memory_limit: of DuckDB; more goes to disk.
        administrator: the user who may change others.
    """

    def __init__(
        self, folder: DataFolder, memory_limit: str = "1GB", administrator: str = ""
    ) -> None:
        self.folder = folder
        self.upload_urls = UploadUrls()
        self.administrator = administrator.upper()
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
            self._open(file)
        self._lock_down()
        #: What DuckDB finds by its name alone in whatever schema, in small letters.
        self.system_views = catalog.system_views(self.duck_conn)
        self.has_cased_names = catalog.has_cased_names(self.duck_conn)

    def _attach(self, file: Path, name: str) -> None:
        self.duck_conn.execute(f"ATTACH {literal(str(file))} AS {quoted(name)}")

    def _open(self, file: Path) -> None:
        """A database of an earlier start. One that is none must not keep the others away."""
        try:
            self.create_database(file.stem)
        except (SnowflakeError, duckdb.Error) as error:
            reason = str(error).partition("\n")[0]
            log.error("%s is left alone, as it cannot be opened: %s", file, reason)

    def _lock_down(self) -> None:
        """Let SQL reach no file but those of the folder, and change none of DuckDB's settings."""
        self.duck_conn.execute(f"SET allowed_directories = [{literal(str(self.folder.root))}]")
        self.duck_conn.execute("SET enable_external_access = false")
        self.duck_conn.execute("SET lock_configuration = true")

    def create_database(self, name: str) -> None:
        """Make a database with its PUBLIC schema; one that exists stays as it is.

        Raises:
            SnowflakeError: the name cannot be a file's.
            duckdb.Error: there is a file of its name that is no database.
        """
        check_database_name(name)
        if not catalog.has_schema(self.duck_conn, name):
            self._attach(self.folder.databases / f"{name}.db", name)
        # A server killed inside CREATE DATABASE leaves the file without these.
        self.duck_conn.execute(catalog.database_sql(name))

    def close(self) -> None:
        """Write everything out and let go of the folder."""
        self.duck_conn.close()
        self.folder.release()
