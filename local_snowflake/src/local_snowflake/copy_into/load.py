"""From a readable file to rows of the table: all rows, or those without errors."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from local_snowflake.catalog import first_row
from local_snowflake.copy_into import exact, source
from local_snowflake.copy_into.projection import ROW, STAGED, Output
from local_snowflake.copy_into.scan import Scanned
from local_snowflake.copy_into.source import RowError, Source
from local_snowflake.errors import SnowflakeError, translate
from local_snowflake.names import Name, quoted
from local_snowflake.options import CsvFormat
from local_snowflake.session import Session

_TRIED = 'temp.main."_copy_tried"'


@dataclass
class Load:
    """One file on its way into one table.

    Attributes:
        width: the number of fields that a record should have.
        must_match: a record with another number of fields is an error.
    """

    session: Session
    target: Name
    outputs: list[Output]
    scanned: Scanned
    csv: CsvFormat
    width: int
    must_match: bool

    def __post_init__(self) -> None:
        self.con = self.session.con
        self._has_tried = False
        self.source = self._source(self.con)

    def _source(self, con: duckdb.DuckDBPyConnection) -> Source:
        return source.of(con, self.scanned, self.csv, self.width, self.must_match)

    def insert_all(self) -> int:
        """Insert every row; returns how many.

        Raises:
            RowFailedError: a row cannot be loaded.
        """
        if self.source.errors:
            raise RowFailedError(self._placed(self.source.errors[0]))
        values = ", ".join(output.typed for output in self.outputs)
        sql = (
            f"INSERT INTO {self.target.sql} ({self._names()}) "
            f"WITH {quoted(STAGED)} AS ({self.source.sql}) "
            f"SELECT {values} FROM {quoted(STAGED)}"
        )
        try:
            return _count(self.con, sql)
        except duckdb.Error as error:
            found = self._first_bad_row()
            if found is None:
                raise
            raise RowFailedError(found) from error

    def try_all(self) -> tuple[int, RowError | None]:
        """Convert every row without inserting any; returns the number of errors, and the first."""
        self._try_all(self.con, self.source)
        self._has_tried = True
        bad = _count(self.con, f"SELECT count(*) FROM {_TRIED} WHERE _bad")
        first = self.source.errors[:1]
        if bad and (value := self._explained(self.con)):
            first.append(value)
        errors = len(self.source.errors) + bad
        return errors, self._placed(min(first, key=lambda e: e.row)) if first else None

    def insert_good(self) -> int:
        """Insert the rows in which `try_all` found no error; returns how many."""
        values = ", ".join(f"_o{number}.v" for number in range(len(self.outputs)))
        return _count(
            self.con,
            f"INSERT INTO {self.target.sql} ({self._names()}) "
            f"SELECT {values} FROM {_TRIED} WHERE NOT _bad ORDER BY rowid",
        )

    def close(self) -> None:
        """Drop what was kept of the file."""
        if not self.session.failed:
            if self._has_tried:
                self.con.execute(f"DROP TABLE IF EXISTS {_TRIED}")
            if self.source.is_table:
                source.drop(self.con)

    def _names(self) -> str:
        return ", ".join(quoted(output.name) for output in self.outputs)

    def _try_all(self, con: duckdb.DuckDBPyConnection, origin: Source) -> None:
        """Each value in a struct, so that one that fails (NULL) differs from one that is NULL."""
        tried = [f"TRY(struct_pack(v := {o.typed})) AS _o{i}" for i, o in enumerate(self.outputs)]
        bad = [f"_o{i} IS NULL" for i in range(len(tried))]
        bad += [f"_o{i}.v IS NULL" for i, output in enumerate(self.outputs) if not output.nullable]
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {_TRIED} AS "
            f"WITH {quoted(STAGED)} AS ({origin.sql}) "
            f"SELECT *, ({' OR '.join(bad)}) AS _bad "
            f"FROM (SELECT *, {', '.join(tried)} FROM {quoted(STAGED)})"
        )

    def _first_bad_row(self) -> RowError | None:
        """After an error the connection's transaction is over: look again on another one."""
        with self.session.storage.duck_conn.cursor() as other:
            self._try_all(other, self._source(other))
            found = self._explained(other)
        return self._placed(found) if found else None

    def _explained(self, con: duckdb.DuckDBPyConnection) -> RowError | None:
        """Why the first bad row failed: its columns one by one, where an error does no harm."""
        columns = [f"_F{number + 1}" for number in range(self.source.width)]
        listed = ", ".join(quoted(column) for column in [*columns, ROW])
        row = first_row(
            con.execute(f"SELECT {listed} FROM {_TRIED} WHERE _bad ORDER BY rowid LIMIT 1")
        )
        if not row:
            return None
        values = ", ".join(f"?::VARCHAR AS {quoted(column)}" for column in columns)
        staged = f"(SELECT {values + ', ' if values else ''}? AS {quoted(ROW)}) {quoted(STAGED)}"
        with self.session.storage.duck_conn.cursor() as other:
            for output in self.outputs:
                if error := _evaluated(other, output, staged, row):
                    return RowError(row[-1], 0, *error, output.name)
        return RowError(row[-1], 0, "The row cannot be loaded", 603)

    def _placed(self, error: RowError) -> RowError:
        """The same with the line in the file where the record starts."""
        if not error.line:
            error.line = error.row
            if self.scanned.has_multiline:
                records = enumerate(exact.read(self.scanned.path, self.csv), 1)
                error.line = next((r.line for n, r in records if n == error.row), error.row)
        error.line += self.csv.header_lines
        return error


class RowFailedError(Exception):
    """A row cannot be loaded; `row` says which, and why."""

    def __init__(self, row: RowError) -> None:
        super().__init__(row.message)
        self.row = row

    def as_statement_error(self, file: str, table: str) -> SnowflakeError:
        """What COPY fails with under ON_ERROR = ABORT_STATEMENT."""
        row = self.row
        column = f', column "{table}"["{row.column}"]' if row.column else ""
        states = {100038: "22018", 100037: "22018", 100035: "22007", 100040: "22007"}
        return SnowflakeError(
            row.errno,
            states.get(row.errno, "22000"),
            f"{row.message}\n  File '{file}', line {row.line}\n  Row {row.row}{column}\n"
            "  If you would like to continue loading when an error is encountered, use other "
            "values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option.",
        )


def _evaluated(
    con: duckdb.DuckDBPyConnection, output: Output, staged: str, row: tuple[object, ...]
) -> tuple[str, int] | None:
    """The message and number of the error, if this column has one in this row."""
    try:
        found = first_row(con.execute(f"SELECT {output.typed} FROM {staged}", list(row)))
    except duckdb.Error as error:
        why = translate(error)
        return why.text, why.errno or 0
    if not output.nullable and found and found[0] is None:
        return f"NULL result in a non-nullable column: {output.name}", 100072
    return None


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = first_row(con.execute(sql))
    return int(found[0]) if found else 0
