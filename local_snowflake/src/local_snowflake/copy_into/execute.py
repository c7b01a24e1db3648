"""The execution of COPY INTO: file by file, in one transaction, with Snowflake's result columns.

https://docs.snowflake.com/en/sql-reference/sql/copy-into-table#output
"""

from __future__ import annotations

import secrets
from contextlib import nullcontext
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from local_snowflake.copy_into import history, projection, scan, statement
from local_snowflake.copy_into.load import Load, RowFailedError
from local_snowflake.copy_into.source import RowError
from local_snowflake.errors import SnowflakeError
from local_snowflake.session import Session
from local_snowflake.stages import StagedFile
from local_snowflake.statement_result import StatementResult, rows, status


@dataclass
class FileResult:
    """One line of the result of COPY; the fields are its columns."""

    file: str
    status: str = "LOADED"
    rows_parsed: int = 0
    rows_loaded: int = 0
    error_limit: int = 1
    errors_seen: int = 0
    first_error: str | None = None
    first_error_line: int | None = None
    first_error_character: int | None = None
    first_error_column_name: str | None = None

    def failed(self, errors: int, message: str) -> FileResult:
        """Note that the file as a whole cannot be read."""
        self.status, self.errors_seen, self.first_error = "LOAD_FAILED", errors, message
        return self

    def note(self, error: RowError, table: str) -> None:
        """Note the first error."""
        self.first_error, self.first_error_line = error.message, error.line
        if error.column:
            self.first_error_column_name = f'"{table}"["{error.column}"]'


_RESULT = {
    field.name: pa.int64() if str(field.type).startswith("int") else pa.string()
    for field in fields(FileResult)
}


def copy_into(session: Session, tree: exp.Expr) -> StatementResult:
    """Run a COPY INTO <table>; all of it happens, or nothing.

    Raises:
        SnowflakeError: the statement, or a file under ON_ERROR = ABORT_STATEMENT, is wrong.
    """
    copy = statement.parse(session, tree)
    work = _Copy(session, copy)
    try:
        with nullcontext() if session.in_transaction else session.atomic():
            results = work.run()
    except BaseException:
        session.fail()
        raise
    if copy.return_failed_only:
        results = [result for result in results if result.status != "LOADED"]
    if not results:
        return status("Copy executed with 0 files processed.")
    table = rows(_RESULT, [astuple(result) for result in results])
    table.affected = sum(result.rows_loaded for result in results)
    return table


class _Copy:
    def __init__(self, session: Session, copy: statement.CopyStatement) -> None:
        self.session = session
        self.copy = copy
        self.projection = projection.build(session, copy)
        self.stage = str(copy.location.stage)
        self.before: set[tuple[str, str]] = set()
        self.loaded: list[tuple[str, str]] = []

    def run(self) -> list[FileResult]:
        self.before = history.loaded(self.session.con, self.copy.target, self.stage)
        results = [result for file in self.copy.staged_files() if (result := self._file(file))]
        if self.loaded:
            history.record(self.session.con, self.copy.target, self.stage, self.loaded)
        return results

    def _file(self, file: StagedFile) -> FileResult | None:
        copy, key = self.copy, file.content_key()
        name = copy.location.label + file.name
        if not copy.force and (file.name, key) in self.before:
            # Without FILES the answer leaves out what was loaded before.
            if copy.files is None:
                return None
            return FileResult(name, "LOAD_SKIPPED", first_error="File was loaded before.")
        spill = self.session.storage.folder.spill / f"copy_{secrets.token_hex(8)}.csv"
        try:
            result = self._load(file, key, FileResult(name), spill)
        finally:
            spill.unlink(missing_ok=True)
        if result.status != "LOAD_FAILED":
            self.before.add((file.name, key))
            self.loaded.append((file.name, key))
            if copy.purge:
                self.session.after_commit(lambda: file.path.unlink(missing_ok=True))
        return result

    def _load(self, file: StagedFile, key: str, result: FileResult, spill: Path) -> FileResult:
        copy = self.copy
        try:
            scanned = scan.scan(file, copy.csv, spill)
        except SnowflakeError as error:
            if copy.on_error.mode == "ABORT_STATEMENT":
                raise
            return result.failed(1, error.text)
        load = Load(
            self.session,
            copy.stored,
            self.projection.for_file(file, key),
            scanned,
            copy.csv,
            self.projection.fields,
            must_match=copy.select is None and copy.csv.mismatch_is_error,
        )
        result.rows_parsed = load.source.rows
        if copy.on_error.mode == "ABORT_STATEMENT":
            try:
                result.rows_loaded = load.insert_all()
            except RowFailedError as error:
                raise error.as_statement_error(result.file, copy.target.name) from error
        else:
            self._load_good(load, result)
        load.close()
        return result

    def _load_good(self, load: Load, result: FileResult) -> None:
        """What is without errors, unless there are more errors than ON_ERROR allows."""
        errors, first = load.try_all()
        result.error_limit = self.copy.on_error.error_limit(result.rows_parsed)
        if first is not None:
            result.note(first, self.copy.target.name)
        result.errors_seen = errors
        if self.copy.on_error.fails(errors, result.rows_parsed):
            result.status = "LOAD_FAILED"
            return
        result.rows_loaded = load.insert_good()
        if errors:
            result.status = "PARTIALLY_LOADED" if result.rows_loaded else "LOAD_FAILED"


HANDLERS = {exp.Copy: copy_into}
