"""Where keys of different systems meet: a DuckDB file that is deleted afterwards.

Keys are compared as they are, not as hashes. DuckDB keeps to its memory limit by spilling to disk,
so that the audit's memory does not grow with the data.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
from psycopg import sql
from snowflake.connector import SnowflakeConnection

from dags.landing.reconcile.warehouse import SEPARATOR

MEMORY = "512MB"


class Workspace:
    """Tables of keys. Every table has `key`, a text; some have more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._duckdb = duckdb.connect(str(folder / "keys.duckdb"))
        self._duckdb.execute(f"set memory_limit = '{MEMORY}'; set temp_directory = '{folder}'")

    def create(self, table: str, columns: str) -> None:
        """An empty table; it replaces one of this name."""
        self._duckdb.execute(f"create or replace table {table} ({columns})")

    def number(self, query: str) -> int:
        """The first column of a query's first row, which must be a number."""
        return int(self._rows(query)[0][0])

    def named(self, query: str, limit: int) -> tuple[int, list[str]]:
        """How many keys a query finds, and the first of them; it selects `key`."""
        count = self.number(f"select count(*) from ({query})")
        found = self._rows(f"select key from ({query}) order by key limit {limit}") if count else []
        return count, [key.replace(SEPARATOR, " / ") for (key,) in found]

    def insert_rows(
        self, table: str, rows: Sequence[tuple[Any, ...]], types: Sequence[pa.DataType]
    ) -> None:
        """Rows in the order of the table's columns, which have these types."""
        if rows:
            columns = [pa.array(c, t) for c, t in zip(zip(*rows, strict=True), types, strict=True)]
            self._insert(table, pa.table(columns, names=[f"c{n}" for n in range(len(types))]))

    def insert_from_postgres(
        self, table: str, connection: psycopg.Connection, query: sql.Composable, types: str
    ) -> None:
        """The rows of a query.

        Args:
            types: DuckDB's types of its columns, as a struct: {key: 'VARCHAR'}.
        """
        file = self._folder / "postgres.csv"
        copy_query = sql.SQL("copy ({}) to stdout (format csv)").format(query)
        with (
            file.open("wb") as target,
            connection.cursor() as cursor,
            cursor.copy(copy_query) as copy,
        ):
            for block in copy:
                target.write(block)
        self._duckdb.execute(
            f"insert into {table} select * from read_csv('{file}', header = false, delim = ',',"
            f""" quote = '"', escape = '"', auto_detect = false, columns = {types})"""
        )
        file.unlink()

    def insert_from_snowflake(
        self, table: str, connection: SnowflakeConnection, query: str, binds: Sequence[Any] = ()
    ) -> None:
        """The rows of a query whose columns have the table's names."""
        with connection.cursor() as cursor:
            cursor.execute(query, list(binds) or None)
            # Without rows the connector has no batch to give, and says so with an error.
            for batch in cursor.fetch_arrow_batches() if cursor.rowcount else ():
                self._insert(table, batch)

    def _insert(self, table: str, batch: pa.Table) -> None:
        self._duckdb.register("batch", batch)
        self._duckdb.execute(f"insert into {table} select * from batch")
        self._duckdb.unregister("batch")

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._duckdb.execute(query).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        self._duckdb.close()


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A workspace of its own, deleted at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="audit-") as folder,
        closing(Workspace(Path(folder))) as opened,
    ):
        yield opened


def joined(columns: Sequence[sql.Composed]) -> sql.Composed:
    """The columns of a key as one text, in Postgres."""
    separator = sql.SQL(" || {} || ").format(sql.Literal(SEPARATOR))
    parts = [part for column in columns for part in (separator, column)][1:]
    return sql.Composed(parts)
