"""Load metadata: which file, with which content, was loaded into which table.

COPY skips a file whose name and content it has loaded before; a changed file loads again.
https://docs.snowflake.com/en/user-guide/data-load-considerations-load#load-metadata
Written in the same transaction as the rows, so a rollback forgets the file with them.
"""

from __future__ import annotations

import duckdb

from local_snowflake.catalog import first_row, loaded_files
from local_snowflake.names import Name


def is_loaded(
    con: duckdb.DuckDBPyConnection, target: Name, stage: str, file: str, key: str
) -> bool:
    """Whether a table has loaded this file with this content."""
    found = first_row(
        con.execute(
            f"""SELECT 1 FROM {loaded_files(target.database)}
            WHERE schema_name = ? AND table_name = ? AND stage_name = ? AND file_name = ?
              AND content_key = ? LIMIT 1""",
            [target.schema, target.name, stage, file, key],
        )
    )
    return found is not None


def record(con: duckdb.DuckDBPyConnection, target: Name, stage: str, file: str, key: str) -> None:
    """Remember that a table has loaded a file."""
    con.execute(
        f"INSERT INTO {loaded_files(target.database)} VALUES (?, ?, ?, ?, ?, now())",
        [target.schema, target.name, stage, file, key],
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
