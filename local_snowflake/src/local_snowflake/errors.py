"""Errors as Snowflake reports them: a number, an SQLSTATE and a message.

Numbers and states are those a real account returns, so that clients which look at `errno` (dbt,
Airflow, the connector's own retry logic) behave the same here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import duckdb
from snowflake.connector.errors import Error, ProgrammingError
from sqlglot.errors import SqlglotError

LOCAL = "The local Snowflake server"
_COMPILATION = "SQL compilation error:\n"


class SnowflakeError(ProgrammingError):
    """A statement failed the way Snowflake would fail it."""

    def __init__(self, errno: int, sqlstate: str, message: str) -> None:
        super().__init__(msg=message, errno=errno, sqlstate=sqlstate)
        self.text = message


def not_supported(what: str) -> SnowflakeError:
    """What Snowflake can do and this server cannot: refused, never half done."""
    return SnowflakeError(2, "0A000", f"Unsupported feature: {LOCAL} does not know {what}.")


def invalid_value(option: str, value: object, allowed: str) -> SnowflakeError:
    """An option has a value that Snowflake or this server does not take."""
    text = f"{_COMPILATION}invalid value [{value}] for {option}: use {allowed}."
    return SnowflakeError(1006, "42601", text)


def does_not_exist(kind: str, name: str) -> SnowflakeError:
    """An object of this kind and name does not exist."""
    state = "42S02" if kind in ("Table", "Object") else "02000"
    return SnowflakeError(
        2003, state, f"{_COMPILATION}{kind} '{name}' does not exist or not authorized."
    )


def already_exists(name: str) -> SnowflakeError:
    """An object of this name exists."""
    return SnowflakeError(2002, "42710", f"{_COMPILATION}Object '{name}' already exists.")


def invalid_identifier(name: str) -> SnowflakeError:
    """A statement mentions a column that does not exist."""
    return SnowflakeError(904, "42000", f"{_COMPILATION}invalid identifier '{name}'")


def unknown_function(name: str) -> SnowflakeError:
    """A statement calls a function that this server does not know."""
    text = f"{_COMPILATION}{LOCAL} does not know the function {name}."
    return SnowflakeError(2140, "42601", text)


def syntax(message: str) -> SnowflakeError:
    """A statement cannot be read."""
    return SnowflakeError(1003, "42000", f"{_COMPILATION}{message}")


def statement_count(actual: int, desired: int) -> SnowflakeError:
    """A request has another number of statements than the client announced."""
    text = f"Actual statement count {actual} did not match the desired statement count {desired}."
    return SnowflakeError(8, "0A000", text)


def cancelled() -> SnowflakeError:
    """The client does not want the statement any more."""
    return SnowflakeError(604, "57014", "SQL execution canceled")


# Makes the client's error from a match in DuckDB's message.
_Make = Callable[[re.Match[str]], SnowflakeError]


def _as(errno: int, sqlstate: str, text: str) -> _Make:
    """The error of this text, with groups of the match ({1}) and the first line ({line}) in it."""
    return lambda m: SnowflakeError(errno, sqlstate, text.format(m[0], *m.groups(), line=_first(m)))


# (DuckDB's class, a pattern in its message, the same thing in Snowflake's words); first match wins.
_RULES: list[tuple[type[Exception], str, _Make]] = [
    (duckdb.InterruptException, "", lambda m: cancelled()),
    (duckdb.Error, "Division by zero", _as(100051, "22012", "Division by zero")),
    (
        duckdb.Error,
        r"(More than 6 decimals of a second: [^'\"]*)",
        lambda m: not_supported(f"timestamps finer than a microsecond. {m[1]}"),
    ),
    (duckdb.Error, "Invalid floating point operation", _as(100041, "22023", "{0}")),
    (duckdb.Error, r"Numeric value '.*' is not recognized", _as(100038, "22018", "{0}")),
    (duckdb.Error, r"Boolean value '.*' is not recognized", _as(100037, "22018", "{0}")),
    (duckdb.Error, r"Timestamp '.*' is not recognized", _as(100035, "22007", "{0}")),
    (duckdb.Error, r"Date '.*' is not recognized", _as(100040, "22007", "{0}")),
    (duckdb.Error, r"String '.*' is too long and would be truncated", _as(100078, "22000", "{0}")),
    (
        duckdb.ConstraintException,
        r"CHECK constraint failed .*length\((\w+)\)",
        _as(100078, "22000", "String is too long and would be truncated in column {1}"),
    ),
    (duckdb.Error, "Malformed JSON", _as(100069, "22P02", "Error parsing JSON: {line}")),
    (
        duckdb.Error,
        "cannot affect the same target row more than once",
        _as(100090, "42P18", "Duplicate row detected during DML action"),
    ),
    (
        duckdb.ConstraintException,
        r"NOT NULL constraint failed: (?:\S+\.)?(\w+)",
        _as(100072, "22000", "NULL result in a non-nullable column: {1}"),
    ),
    (
        duckdb.CatalogException,
        r"(?:Function|Macro) with name \"?([^\s\"]+)\"? does not exist",
        lambda m: unknown_function(m[1].upper()),
    ),
    (
        duckdb.CatalogException,
        r"(?:Table|View|Schema|Sequence) with name \"?([^\s\"]+?)\"? already exists",
        lambda m: already_exists(m[1]),
    ),
    (
        duckdb.CatalogException,
        r"Schema with name \"?([^\s\"]+?)\"? does not exist",
        lambda m: does_not_exist("Schema", m[1]),
    ),
    (
        duckdb.CatalogException,
        r"(?:Table|View|Sequence) with name \"?(\S+?)\"? does not exist",
        lambda m: does_not_exist("Object", m[1]),
    ),
    (
        duckdb.BinderException,
        r"(?:Catalog|Database) \"?(\w+)\"? does not exist",
        lambda m: does_not_exist("Database", m[1]),
    ),
    (
        duckdb.BinderException,
        r"(?:Referenced (?:column|table)|does not have a column named) \"([^\"]+)\"",
        lambda m: invalid_identifier(m[1]),
    ),
    (
        duckdb.BinderException,
        r"Ambiguous reference to (?:column name|table) \"([^\"]+)\"",
        _as(1006, "42601", _COMPILATION + "ambiguous column name '{1}'"),
    ),
    (
        duckdb.BinderException,
        r"No function matches the given name and argument types '([^']+)'",
        _as(1044, "42P13", _COMPILATION + "Invalid argument types for function {1}"),
    ),
    (
        duckdb.ConversionException,
        r"(?:string|value) ['\"](.*)['\"] to (?:DECIMAL|U?INT|BIGINT|HUGEINT|DOUBLE|FLOAT)",
        _as(100038, "22018", "Numeric value '{1}' is not recognized"),
    ),
    (
        duckdb.ConversionException,
        r"string ['\"](.*)['\"] to (?:BOOL)",
        _as(100037, "22018", "Boolean value '{1}' is not recognized"),
    ),
    (
        duckdb.ConversionException,
        "timestamp field value out of range|invalid timestamp field",
        _as(100035, "22007", "Timestamp is not recognized: {line}"),
    ),
    (
        duckdb.ConversionException,
        "date field value out of range|invalid date field",
        _as(100040, "22007", "Date is not recognized: {line}"),
    ),
    (duckdb.ConversionException, "", _as(100038, "22018", "{line}")),
    (
        duckdb.OutOfRangeException,
        "",
        _as(100046, "22003", "Number out of representable range: {line}"),
    ),
    (
        duckdb.TransactionException,
        "transaction is aborted",
        _as(603, "25P02", f"{LOCAL} gives up a transaction at its first error: send ROLLBACK."),
    ),
    (
        duckdb.TransactionException,
        "",
        _as(625, "57014", "Another transaction changed the same rows: {line}"),
    ),
    (
        duckdb.BinderException,
        r"Cannot (?:mix values of type|combine types of) (.+?) and (.+?)(?: in| -)",
        lambda m: not_supported(f"a type for both {m[1]} and {m[2]}; CAST one of them"),
    ),
    (duckdb.ParserException, "", lambda m: syntax(_first(m))),
    (duckdb.BinderException, "", _as(2043, "42601", "{line}")),
    (duckdb.CatalogException, "", _as(2003, "42S02", "{line}")),
    (duckdb.NotImplementedException, "", lambda m: not_supported(_first(m))),
    (duckdb.Error, "", _as(603, "XX000", "{line}")),
]


def _first(match: re.Match[str]) -> str:
    """The first line of DuckDB's message without its own prefix."""
    line = match.string.strip().split("\n")[0]
    return re.sub(r"^[A-Za-z ]+ Error: ", "", line)


def is_conflict(error: BaseException) -> bool:
    """Whether another transaction changed the same rows, so that the statement may be retried."""
    if isinstance(error, duckdb.TransactionException):
        lasting = ("aborted", "no transaction", "single attached database")
        return not any(text in str(error) for text in lasting)
    # Two sessions that write the same key of the server's own catalogue tables.
    return isinstance(error, duckdb.ConstraintException) and "_fs_" in str(error)


def translate(error: Exception) -> SnowflakeError:
    """Any exception of the engine as the error a client of Snowflake would see."""
    if isinstance(error, SnowflakeError):
        return error
    if isinstance(error, Error) and isinstance(error.__cause__, duckdb.Error):
        return translate(error.__cause__)
    if isinstance(error, Error):
        return SnowflakeError(
            error.errno or 603, error.sqlstate or "XX000", error.raw_msg or str(error)
        )
    if isinstance(error, SqlglotError):
        return syntax(re.sub(r"\x1b\[\d+m", "", str(error)))
    if isinstance(error, NotImplementedError):
        return not_supported(str(error) or "this statement")
    for kind, pattern, make in _RULES:
        if isinstance(error, kind) and (match := re.search(pattern, str(error))):
            return make(match)
    return not_supported(f"this statement ({type(error).__name__}: {error})")
