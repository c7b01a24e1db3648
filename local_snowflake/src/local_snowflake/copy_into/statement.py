"""A COPY INTO statement, parsed and checked.

https://docs.snowflake.com/en/sql-reference/sql/copy-into-table
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from local_snowflake import catalog, options, stages
from local_snowflake.catalog import Column
from local_snowflake.errors import (
    SnowflakeError,
    does_not_exist,
    invalid_identifier,
    invalid_value,
    not_supported,
    syntax,
)
from local_snowflake.names import Name, normalize, normalize_text
from local_snowflake.session import Session

_BOOLEANS = {"FORCE", "PURGE", "RETURN_FAILED_ONLY"}
# Known, but only with the value that is also the default.
_ONLY: dict[str, Any] = {
    "TRUNCATECOLUMNS": False,
    "ENFORCE_LENGTH": True,
    "MATCH_BY_COLUMN_NAME": "NONE",
}
_IGNORED = {"LOAD_UNCERTAIN_FILES"}  # files older than the load metadata, which is kept forever


@dataclass(frozen=True)
class OnError:
    """ON_ERROR: `limit` errors, or that share of the rows, make a file fail."""

    mode: str = "ABORT_STATEMENT"
    limit: float = 1
    percent: bool = False

    def error_limit(self, rows: int) -> int:
        """The number of errors at which a file of this many rows fails."""
        if self.mode != "SKIP_FILE":
            return max(rows, 1)
        return int(rows * self.limit / 100) if self.percent else int(self.limit)

    def fails(self, errors: int, rows: int) -> bool:
        """Whether a file with this many errors in this many rows is skipped."""
        if self.mode != "SKIP_FILE" or not errors:
            return False
        return errors * 100 / max(rows, 1) >= self.limit if self.percent else errors >= self.limit


@dataclass
class CopyStatement:
    """COPY INTO target (columns) FROM location or FROM (SELECT ...).

    Attributes:
        stored: DuckDB's name of the target, which differs for a temporary table.
        select: a transforming SELECT.
    """

    target: Name
    stored: Name
    columns: list[Column]
    location: stages.Location
    csv: options.CsvFormat
    select: exp.Select | None = None
    on_error: OnError = field(default_factory=OnError)
    files: list[str] | None = None
    pattern: str | None = None
    force: bool = False
    purge: bool = False
    return_failed_only: bool = False

    def staged_files(self) -> list[stages.StagedFile]:
        """The files to load.

        Raises:
            SnowflakeError: a file named in FILES does not exist.
        """
        found = self.location.files(self.pattern)
        if self.files is None:
            return found
        folder = self.location.path.rstrip("/")
        wanted = [f"{folder}/{name}".lstrip("/") for name in self.files]
        by_name = {file.name: file for file in found}
        for name in wanted:
            if name not in by_name:
                raise stages.no_file(self.location.label + name)
        return [by_name[name] for name in wanted]


# COPY INTO t [(columns)] [OPTION = ...], which sqlglot does not parse.
_WITHOUT_FROM = re.compile(
    r"(COPY\s+INTO\s+)((?:[\w$]+|\"[^\"]+\")(?:\.(?:[\w$]+|\"[^\"]+\"))*)(\s*\([^()]*\))?"
    r"((?:\s+\w+\s*=.*)?)",
    re.I | re.S,
)


def with_source(sql: str) -> str:
    """COPY INTO t without FROM loads from the table's own stage, @%t."""
    match = _WITHOUT_FROM.fullmatch(sql)
    if not match:
        return sql
    *path, table = re.findall(r"[\w$]+|\"[^\"]+\"", match[2])
    source = ".".join([*path, f'"%{normalize_text(table)}"']).replace("'", "''")
    return f"{match[1]}{match[2]}{match[3] or ''} FROM '@{source}'{match[4]}"


def parse(session: Session, statement: exp.Expr) -> CopyStatement:
    """Check a COPY statement.

    Raises:
        SnowflakeError: something does not exist, or the server does not know an option.
    """
    schema = statement.this
    table = schema.this if isinstance(schema, exp.Schema) else schema
    if not statement.args.get("kind") or not isinstance(table, exp.Table):
        raise not_supported("unloading (COPY INTO a location)")
    target = session.resolve(table)
    stored = session.stored_name(target)
    if catalog.kind_of(session.con, stored) != "TABLE":
        raise does_not_exist("Table", str(target))
    reference, select, in_select = _source(statement)
    location = stages.locate(session, reference)
    given = {p.this.name.upper(): p for p in statement.args.get("params") or []}
    return CopyStatement(
        target,
        stored,
        _columns(session, stored, schema),
        location,
        _format(session, location, given.pop("FILE_FORMAT", None), in_select.get("FILE_FORMAT")),
        select,
        **_copy_options(given, in_select.get("PATTERN")),
    )


def _source(statement: exp.Expr) -> tuple[str, exp.Select | None, dict[str, str]]:
    """The stage reference, the transforming SELECT, and options written behind the stage."""
    source = statement.args["files"][0]
    if not isinstance(source, exp.Subquery):
        return source.this.name if isinstance(source, exp.Table) else source.name, None, {}
    select = source.this
    if not isinstance(select, exp.Select) or _beyond_columns(select):
        raise SnowflakeError(
            1044,
            "42601",
            "SQL compilation error:\nCOPY statement only supports simple SELECT from stage "
            "statements for import.",
        )
    table = select.args["from_"].this
    written = {
        name: table.args[key].name
        for key, name in (("format", "FILE_FORMAT"), ("pattern", "PATTERN"))
        if table.args.get(key)
    }
    return table.this.name, select, written


def _beyond_columns(select: exp.Select) -> bool:
    clauses = ("joins", "where", "group", "having", "order", "limit", "distinct", "qualify")
    is_stage = isinstance(select.args["from_"].this, exp.Table)
    return not is_stage or any(select.args.get(clause) for clause in clauses)


def _columns(session: Session, target: Name, schema: exp.Expr) -> list[Column]:
    known = {column.name: column for column in catalog.columns(session.con, target)}
    if not isinstance(schema, exp.Schema):
        return list(known.values())
    named = [normalize(identifier) for identifier in schema.expressions]
    for name in named:
        if name not in known:
            raise invalid_identifier(name)
    return [known[name] for name in named]


def _format(
    session: Session,
    location: stages.Location,
    given: exp.Expr | None,
    in_select: str | None,
) -> options.CsvFormat:
    """COPY's own FILE_FORMAT, or that of the stage; they are not merged."""
    if given is not None:
        chosen = options.from_properties(given.expressions)
        if given.args.get("expression") is not None:
            chosen = {"FORMAT_NAME": options.value_of(given.expression)}
    elif in_select:
        chosen = {"FORMAT_NAME": in_select}
    else:
        chosen = stages.options_of(session, location.stage)
    return options.csv_format(options.resolved(session, chosen))


def _copy_options(given: dict[str, exp.Expr], pattern: str | None) -> dict[str, Any]:
    checked: dict[str, Any] = {"pattern": pattern} if pattern else {}
    for name, parameter in given.items():
        value = options.value_of(parameter.args.get("expression"))
        if name == "FILES":
            checked["files"] = [str(item) for item in value]
        elif name == "PATTERN":
            checked["pattern"] = str(value)
        elif name == "ON_ERROR":
            checked["on_error"] = _on_error(str(value).upper())
        elif name in _BOOLEANS:
            if not isinstance(value, bool):
                raise invalid_value(name, value, "TRUE or FALSE")
            checked[name.lower()] = value
        elif name in _ONLY:
            plain = value.upper() if isinstance(value, str) else value
            if plain != _ONLY[name]:
                raise not_supported(f"{name} = {value}, only {_ONLY[name]}")
        elif name not in _IGNORED:
            raise not_supported(f"the COPY option {name}")
    if "files" in checked and "pattern" in checked:
        raise syntax("FILES and PATTERN cannot be given together.")
    return checked


def _on_error(value: str) -> OnError:
    if value in ("ABORT_STATEMENT", "CONTINUE", "SKIP_FILE"):
        return OnError(value)
    match = re.fullmatch(r"SKIP_FILE_(\d+(?:\.\d+)?)(%?)", value)
    if not match:
        allowed = "ABORT_STATEMENT, CONTINUE, SKIP_FILE, SKIP_FILE_<n> or 'SKIP_FILE_<n>%'"
        raise invalid_value("ON_ERROR", value, allowed)
    return OnError("SKIP_FILE", float(match[1]), bool(match[2]))
