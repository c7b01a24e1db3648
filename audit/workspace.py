"""Where rows of different systems meet: a DuckDB file that is deleted afterwards.

Keys are compared as they are, values by their digests (canonical.py). DuckDB keeps
to its memory limit by spilling to disk, so that the audit's memory does not grow with the data.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
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
    """Tables of rows. Every table has `key`, a text; most have more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._duckdb = duckdb.connect(str(folder / "keys.duckdb"))
        self._duckdb.execute(
            f"set memory_limit = '{MEMORY}'; set temp_directory = '{folder}';"
            # The file is deleted: nobody reads what a checkpoint would write.
            " pragma disable_checkpoint_on_shutdown"
        )

    def create(self, table: str, columns: str) -> None:
        """An empty table; it replaces one of this name."""
        self._duckdb.execute(f"create or replace table {table} ({columns})")

    def fill(self, table: str, query: str) -> None:
        """A table with the rows of a query; it replaces one of this name."""
        self._duckdb.execute(f"create or replace table {table} as {query}")

    def number(self, query: str) -> int:
        """The first column of a query's first row, which must be a number."""
        return int(self.rows(query)[0][0])

    def named(self, query: str, limit: int) -> tuple[int, list[str]]:
        """How many keys a query finds, and the first of them; it selects `key`."""
        count, found = self.keys(query, limit)
        return count, [display(key) for key in found]

    def keys(self, query: str, limit: int) -> tuple[int, list[str]]:
        """The same with the keys as they are stored."""
        count = self.number(f"select count(*) from ({query})")
        found = self.rows(f"select key from ({query}) order by key limit {limit}") if count else []
        return count, [key for (key,) in found]

    def rows(self, query: str, binds: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query that finds few."""
        return self._duckdb.execute(query, list(binds)).fetchall()

    def insert_rows(
        self,
        table: str,
        rows: Sequence[tuple[Any, ...]],
        types: Mapping[str, pa.DataType],
        columns: str = "*",
    ) -> None:
        """Rows whose values have these names and types.

        Args:
            columns: the table's columns, made of these.
        """
        if rows:
            pairs = zip(zip(*rows, strict=True), types.values(), strict=True)
            arrays = [pa.array(values, type_) for values, type_ in pairs]
            self._insert(table, pa.table(arrays, names=list(types)), columns)

    def insert_from_postgres(
        self,
        table: str,
        connection: psycopg.Connection,
        query: sql.Composable,
        types: Mapping[str, str],
        columns: str = "*",
    ) -> None:
        """The rows of a query; the first of its columns is a key.

        Args:
            types: DuckDB's types of its columns.
            columns: the table's columns, made of these.
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
        # Without force_not_null an empty text becomes null.
        self._duckdb.execute(
            f"insert into {table} select {columns} from read_csv('{file}', header = false,"
            f""" delim = ',', quote = '"', escape = '"', auto_detect = false, columns = {types},"""
            f" force_not_null = ['{next(iter(types))}'])"
        )
        file.unlink()

    def insert_from_snowflake(
        self,
        table: str,
        connection: SnowflakeConnection,
        query: str,
        binds: Sequence[Any] = (),
        columns: str = "*",
    ) -> None:
        """The rows of a query.

        Args:
            columns: the table's columns, made of the query's.
        """
        with connection.cursor() as cursor:
            cursor.execute(query, list(binds) or None)
            # Without rows the connector has no batch to give, and says so with an error.
            for batch in cursor.fetch_arrow_batches() if cursor.rowcount else ():
                self._insert(table, batch, columns)

    def _insert(self, table: str, batch: pa.Table, columns: str = "*") -> None:
        self._duckdb.register("batch", batch)
        self._duckdb.execute(f"insert into {table} select {columns} from batch")
        self._duckdb.unregister("batch")

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


def display(key: str) -> str:
    """A key as people read it."""
    return key.replace(SEPARATOR, " / ") or "(an empty key)"


def joined(columns: Sequence[sql.Composed]) -> sql.Composed:
    """The columns of a key as one text, in Postgres."""
    separator = sql.SQL(" || {} || ").format(sql.Literal(SEPARATOR))
    parts = [part for column in columns for part in (separator, column)][1:]
    return sql.Composed(parts)
