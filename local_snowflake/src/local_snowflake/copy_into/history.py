"""Load metadata: which file, with which content, was loaded into which table.

COPY skips a file whose name and content it has loaded before; a changed file loads again.
https://docs.snowflake.com/en/user-guide/data-load-considerations-load#load-metadata
Written in the same transaction as the rows, so a rollback forgets the file with them.
"""

from __future__ import annotations

import duckdb

from local_snowflake.catalog import loaded_files
from local_snowflake.names import Name


def loaded(con: duckdb.DuckDBPyConnection, target: Name, stage: str) -> set[tuple[str, str]]:
    """Name and content key of the files of a stage that a table has loaded."""
    found = con.execute(
        f"""SELECT file_name, content_key FROM {loaded_files(target.database)}
            WHERE schema_name = ? AND table_name = ? AND stage_name = ?""",
        [target.schema, target.name, stage],
    )
    return {(file, key) for file, key in found.fetchall()}


def record(
    con: duckdb.DuckDBPyConnection, target: Name, stage: str, files: list[tuple[str, str]]
) -> None:
    """Remember that a table has loaded files, by name and content key."""
    names, keys = [file for file, _ in files], [key for _, key in files]
    con.execute(
        f"""INSERT INTO {loaded_files(target.database)}
            SELECT ?, ?, ?, unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), now()""",
        [target.schema, target.name, stage, names, keys],
    )


def forget(con: duckdb.DuckDBPyConnection, target: Name) -> None:
    """After TRUNCATE, DROP and CREATE OR REPLACE a table has loaded nothing."""
    con.execute(
        f"""DELETE FROM {loaded_files(target.database)}
            WHERE schema_name = ? AND table_name = ?""",
        [target.schema, target.name],
    )


def rename(con: duckdb.DuckDBPyConnection, old: Name, new: Name) -> None:
    """ALTER TABLE ... RENAME TO keeps what the table has loaded."""
    con.execute(
        f"""UPDATE {loaded_files(old.database)} SET schema_name = ?, table_name = ?
            WHERE schema_name = ? AND table_name = ?""",
        [new.schema, new.name, old.schema, old.name],
    )
