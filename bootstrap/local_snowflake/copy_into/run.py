"""COPY INTO, run: file by file, all in one transaction, with Snowflake's result columns.

https://docs.snowflake.com/en/sql-reference/sql/copy-into-table#output
"""

from __future__ import annotations

import secrets
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from bootstrap.local_snowflake.answers import Answer, rows, status
from bootstrap.local_snowflake.copy_into import history, projection, scan, source, statement
from bootstrap.local_snowflake.copy_into.projection import Output
from bootstrap.local_snowflake.copy_into.source import RowError, Source
from bootstrap.local_snowflake.errors import SnowflakeError, translate
from bootstrap.local_snowflake.names import first_row, quoted
from bootstrap.local_snowflake.session import Session
from bootstrap.local_snowflake.stages import StagedFile

_RESULT = {
    "file": pa.string(),
    "status": pa.string(),
    "rows_parsed": pa.int64(),
    "rows_loaded": pa.int64(),
    "error_limit": pa.int64(),
    "errors_seen": pa.int64(),
    "first_error": pa.string(),
    "first_error_line": pa.int64(),
    "first_error_character": pa.int64(),
    "first_error_column_name": pa.string(),
}


@dataclass
class FileResult:
    """One line of the result of COPY."""

    file: str
    status: str
    rows_parsed: int = 0
    rows_loaded: int = 0
    error_limit: int = 1
    errors_seen: int = 0
    first_error: str | None = None
    first_error_line: int | None = None
    first_error_character: int | None = None
    first_error_column_name: str | None = None


def copy_into(session: Session, tree: exp.Expr) -> Answer:
    """Run a COPY INTO <table>; either all of it happens or nothing."""
    copy = statement.parse(session, tree)
    own = not session.in_transaction
    if own:
        session.con.begin()
    try:
        results = _Copy(session, copy).run()
        if own:
            session.con.commit()
    except BaseException:
        session.abandon() if own else session.fail()
        raise
    if copy.return_failed_only:
        results = [result for result in results if result.status != "LOADED"]
    if not results:
        return status("Copy executed with 0 files processed.")
    answer = rows(_RESULT, [astuple(result) for result in results])
    answer.affected = sum(result.rows_loaded for result in results)
    return answer


class _Copy:
    def __init__(self, session: Session, copy: statement.CopyStatement) -> None:
        self.session = session
        self.con = session.con
        self.copy = copy
        self.projection = projection.build(session, copy)
        self.stage = str(copy.location.stage)

    def run(self) -> list[FileResult]:
        return [result for file in self.copy.staged_files() if (result := self._file(file))]

    def _file(self, file: StagedFile) -> FileResult | None:
        key = file.content_key()
        name = self.copy.location.label + file.name
        if not self.copy.force and history.is_loaded(
            self.con, self.copy.target, self.stage, file.name, key
        ):
            # Without FILES the answer leaves out what was loaded before.
            if self.copy.files is None:
                return None
            return FileResult(name, "LOAD_SKIPPED", first_error="File was loaded before.")
        spill = self.session.storage.root / "spill" / f"copy_{secrets.token_hex(8)}.csv"
        try:
            result = self._load(file, key, FileResult(name, "LOADED"), spill)
        finally:
            spill.unlink(missing_ok=True)
        if result.status != "LOAD_FAILED":
            history.record(self.con, self.copy.target, self.stage, file.name, key)
            if self.copy.purge:
                self.session.after_commit(lambda: file.path.unlink(missing_ok=True))
        return result

    def _load(self, file: StagedFile, key: str, result: FileResult, spill: Path) -> FileResult:
        try:
            scanned = scan.scan(file, self.copy.csv, spill)
        except SnowflakeError as error:
            if self.copy.on_error.mode == "ABORT_STATEMENT":
                raise
            return _failed(result, RowError(0, 0, error.text, error.errno or 0))
        origin = self._source(scanned)
        outputs = self.projection.for_file(file, key)
        result.rows_parsed = origin.rows
        if self.copy.on_error.mode == "ABORT_STATEMENT":
            if origin.errors:
                raise self._error(origin.errors[0], result.file)
            result.rows_loaded = self._insert(outputs, origin, result.file)
            return result
        return self._insert_good(outputs, origin, result)

    def _source(self, scanned: scan.Scanned) -> Source:
        csv = self.copy.csv
        must_match = self.copy.select is None and csv.mismatch_is_error
        width = self.projection.fields
        if scanned.fields is not None and not (must_match and scanned.fields != width):
            return source.plain(scanned, csv, width)
        if not scanned.rows and scanned.fields is None and not scanned.path.stat().st_size:
            return Source(_nothing(width), 0)
        return source.irregular(self.con, scanned, csv, max(width, 1), must_match)

    def _insert(self, outputs: list[Output], origin: Source, name: str) -> int:
        """All rows at once; an error names the row that caused it."""
        names = ", ".join(quoted(output.name) for output in outputs)
        values = ", ".join(output.typed for output in outputs)
        sql = (
            f"INSERT INTO {self.copy.stored.sql} ({names}) "
            f"WITH {quoted(projection.STAGED)} AS ({origin.sql}) "
            f"SELECT {values} FROM {quoted(projection.STAGED)}"
        )
        try:
            found = first_row(self.con.execute(sql))
        except duckdb.Error as error:
            raise self._explain(outputs, origin, name, error) from error
        return int(found[0]) if found else 0

    def _insert_good(self, outputs: list[Output], origin: Source, result: FileResult) -> FileResult:
        """The rows without errors; how many errors make the file fail is for ON_ERROR to say."""
        self._try_all(self.con, outputs, origin)
        bad = first_row(self.con.execute(f"SELECT count(*) FROM {_TRIED} WHERE _bad"))
        result.errors_seen = len(origin.errors) + (bad[0] if bad else 0)
        if result.errors_seen:
            self._first_error(outputs, origin, result)
        if self.copy.on_error.fails(result.errors_seen, result.rows_parsed):
            result.status = "LOAD_FAILED"
            return result
        names = ", ".join(quoted(output.name) for output in outputs)
        values = ", ".join(f"_o{i}.v" for i in range(len(outputs)))
        found = first_row(
            self.con.execute(
                f"INSERT INTO {self.copy.stored.sql} ({names}) "
                f"SELECT {values} FROM {_TRIED} WHERE NOT _bad ORDER BY rowid"
            )
        )
        result.rows_loaded = int(found[0]) if found else 0
        if result.errors_seen:
            result.status = "PARTIALLY_LOADED" if result.rows_loaded else "LOAD_FAILED"
        result.error_limit = max(result.rows_parsed, 1)
        return result

    def _try_all(
        self, con: duckdb.DuckDBPyConnection, outputs: list[Output], origin: Source
    ) -> None:
        """Each value in a struct, so that one that fails (NULL) differs from one that is NULL."""
        tried = [f"TRY(struct_pack(v := {o.typed})) AS _o{i}" for i, o in enumerate(outputs)]
        bad = [f"_o{i} IS NULL" for i in range(len(outputs))]
        bad += [f"_o{i}.v IS NULL" for i, output in enumerate(outputs) if not output.nullable]
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {_TRIED} AS "
            f"WITH {quoted(projection.STAGED)} AS ({origin.sql}) "
            f"SELECT *, ({' OR '.join(bad)}) AS _bad "
            f"FROM (SELECT *, {', '.join(tried)} FROM {quoted(projection.STAGED)})"
        )

    def _first_error(self, outputs: list[Output], origin: Source, result: FileResult) -> None:
        error = _first_bad_value(self.con, outputs, self.copy.csv.skip_header)
        known = [*origin.errors[:1], *([error] if error else [])]
        first = min(known, key=lambda item: item.row)
        result.first_error = first.message
        result.first_error_line = first.line + self._header(first, error)
        if first.column:
            result.first_error_column_name = f'"{self.copy.target.name}"["{first.column}"]'

    def _header(self, first: RowError, from_values: RowError | None) -> int:
        return 0 if first is from_values else self.copy.csv.skip_header

    def _explain(
        self, outputs: list[Output], origin: Source, name: str, error: duckdb.Error
    ) -> SnowflakeError:
        """The failed value's row and column, found on a connection of its own."""
        plain = translate(error)
        if "_copy_records" in origin.sql:
            return plain
        con = self.session.storage.duck_conn.cursor()
        try:
            self._try_all(con, outputs, origin)
            found = _first_bad_value(con, outputs, self.copy.csv.skip_header)
        except duckdb.Error:
            return plain
        finally:
            con.close()
        return self._error(found, name) if found else plain

    def _error(self, error: RowError, name: str) -> SnowflakeError:
        column = f'column "{self.copy.target.name}"["{error.column}"]' if error.column else ""
        where = f"  File '{name}', line {error.line}\n  Row {error.row} {column}".rstrip()
        states = {100038: "22018", 100037: "22018", 100035: "22007", 100040: "22007"}
        return SnowflakeError(
            error.errno,
            states.get(error.errno, "22000"),
            f"{error.message}\n{where}\n  If you would like to continue loading when an error "
            "is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the "
            "ON_ERROR option.",
        )


_TRIED = 'temp.main."_copy_tried"'


def _nothing(fields: int) -> str:
    columns = [f"NULL::VARCHAR AS {quoted(projection.field_name(i + 1))}" for i in range(fields)]
    return f"SELECT {', '.join([*columns, f'1 AS {quoted(projection.ROW)}'])} WHERE false"


def _first_bad_value(
    con: duckdb.DuckDBPyConnection, outputs: list[Output], header: int
) -> RowError | None:
    """The first row that failed: evaluate its columns one by one, for DuckDB to say why."""
    row = first_row(
        con.execute(
            f"SELECT {quoted(projection.ROW)} FROM {_TRIED} WHERE _bad ORDER BY rowid LIMIT 1"
        )
    )
    if not row:
        return None
    for output in outputs:
        try:
            found = first_row(
                con.execute(
                    f"SELECT {output.typed} FROM {_TRIED} AS {quoted(projection.STAGED)} "
                    f"WHERE {quoted(projection.ROW)} = {row[0]}"
                )
            )
        except duckdb.Error as error:
            why = translate(error)
            return RowError(row[0], row[0] + header, why.text, why.errno or 0, output.name)
        if not output.nullable and found and found[0] is None:
            message = f"NULL result in a non-nullable column: {output.name}"
            return RowError(row[0], row[0] + header, message, 100072, output.name)
    return RowError(row[0], row[0] + header, "The row cannot be loaded", 603)


def _failed(result: FileResult, error: RowError) -> FileResult:
    result.status = "LOAD_FAILED"
    result.errors_seen = 1
    result.first_error = error.message
    return result


HANDLERS = {exp.Copy: copy_into}
