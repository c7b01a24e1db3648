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


class SnowflakeError(ProgrammingError):
    """A statement failed the way Snowflake would fail it."""

    def __init__(self, errno: int, sqlstate: str, message: str) -> None:
        super().__init__(msg=message, errno=errno, sqlstate=sqlstate)
        self.text = message


def not_supported(what: str) -> SnowflakeError:
    """What Snowflake can do and this server does not: refused, never half done."""
    return SnowflakeError(2, "0A000", f"Unsupported feature: {LOCAL} does not know {what}.")


def invalid_value(option: str, value: object, allowed: str) -> SnowflakeError:
    """An option has a value that Snowflake or this server does not take."""
    return SnowflakeError(
        1006,
        "42601",
        f"SQL compilation error:\ninvalid value [{value}] for {option}: use {allowed}.",
    )


def does_not_exist(kind: str, name: str) -> SnowflakeError:
    state = "42S02" if kind in ("Table", "Object") else "02000"
    return SnowflakeError(
        2003, state, f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized."
    )


def already_exists(name: str) -> SnowflakeError:
    return SnowflakeError(2002, "42710", f"SQL compilation error:\nObject '{name}' already exists.")


def syntax(message: str) -> SnowflakeError:
    return SnowflakeError(1003, "42000", f"SQL compilation error:\n{message}")


# (DuckDB's class, pattern in its message, the same thing in Snowflake's words); first match wins.
_Rule = tuple[type[Exception], str, Callable[[re.Match[str]], SnowflakeError]]
_RULES: list[_Rule] = [
    (
        duckdb.InterruptException,
        "",
        lambda m: SnowflakeError(604, "57014", "SQL execution canceled"),
    ),
    (
        duckdb.Error,
        r"Division by zero",
        lambda m: SnowflakeError(100051, "22012", "Division by zero"),
    ),
    (
        duckdb.Error,
        r"(More than 6 decimals of a second: [^'\"]*)",
        lambda m: not_supported(f"timestamps finer than a microsecond. {m[1]}"),
    ),
    (
        duckdb.Error,
        r"Invalid floating point operation",
        lambda m: SnowflakeError(100041, "22023", "Invalid floating point operation"),
    ),
    (
        duckdb.Error,
        r"(Numeric value '.*' is not recognized)",
        lambda m: SnowflakeError(100038, "22018", m[1]),
    ),
    (
        duckdb.Error,
        r"(Boolean value '.*' is not recognized)",
        lambda m: SnowflakeError(100037, "22018", m[1]),
    ),
    (
        duckdb.Error,
        r"(Timestamp '.*' is not recognized)",
        lambda m: SnowflakeError(100035, "22007", m[1]),
    ),
    (
        duckdb.Error,
        r"(Date '.*' is not recognized)",
        lambda m: SnowflakeError(100040, "22007", m[1]),
    ),
    (
        duckdb.Error,
        r"(String '.*' is too long and would be truncated)",
        lambda m: SnowflakeError(100078, "22000", m[1]),
    ),
    (
        duckdb.ConstraintException,
        r"CHECK constraint failed .*length\((\w+)\)",
        lambda m: SnowflakeError(
            100078, "22000", f"String is too long and would be truncated in column {m[1]}"
        ),
    ),
    (
        duckdb.Error,
        r"Malformed JSON",
        lambda m: SnowflakeError(100069, "22P02", f"Error parsing JSON: {_first(m)}"),
    ),
    (
        duckdb.Error,
        r"cannot affect the same target row more than once",
        lambda m: SnowflakeError(100090, "42P18", "Duplicate row detected during DML action"),
    ),
    (
        duckdb.ConstraintException,
        r"NOT NULL constraint failed: (?:\S+\.)?(\w+)",
        lambda m: SnowflakeError(100072, "22000", f"NULL result in a non-nullable column: {m[1]}"),
    ),
    (
        duckdb.CatalogException,
        r"(?:Function|Macro) with name \"?([^\s\"]+)\"? does not exist",
        lambda m: SnowflakeError(
            2140,
            "42601",
            f"SQL compilation error:\n{LOCAL} does not know the function {m[1].upper()}.",
        ),
    ),
    (
        duckdb.CatalogException,
        r"(Table|View|Schema|Sequence) with name \"?([^\s\"]+?)\"? already exists",
        lambda m: already_exists(m[2]),
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
        r"Referenced (?:column|table) \"([^\"]+)\" not found",
        lambda m: SnowflakeError(
            904, "42000", f"SQL compilation error:\ninvalid identifier '{m[1]}'"
        ),
    ),
    (
        duckdb.BinderException,
        r"does not have a column named \"([^\"]+)\"",
        lambda m: SnowflakeError(
            904, "42000", f"SQL compilation error:\ninvalid identifier '{m[1]}'"
        ),
    ),
    (
        duckdb.BinderException,
        r"Ambiguous reference to (?:column name|table) \"([^\"]+)\"",
        lambda m: SnowflakeError(
            1006, "42601", f"SQL compilation error:\nambiguous column name '{m[1]}'"
        ),
    ),
    (
        duckdb.BinderException,
        r"No function matches the given name and argument types '([^']+)'",
        lambda m: SnowflakeError(
            1044, "42P13", f"SQL compilation error:\nInvalid argument types for function {m[1]}"
        ),
    ),
    (
        duckdb.ConversionException,
        r"(?:string|value) ['\"](.*)['\"] to (?:DECIMAL|U?INT|BIGINT|HUGEINT|DOUBLE|FLOAT)",
        lambda m: SnowflakeError(100038, "22018", f"Numeric value '{m[1]}' is not recognized"),
    ),
    (
        duckdb.ConversionException,
        r"string ['\"](.*)['\"] to (?:BOOL)",
        lambda m: SnowflakeError(100037, "22018", f"Boolean value '{m[1]}' is not recognized"),
    ),
    (
        duckdb.ConversionException,
        r"timestamp field value out of range|invalid timestamp field",
        lambda m: SnowflakeError(100035, "22007", f"Timestamp is not recognized: {_first(m)}"),
    ),
    (
        duckdb.ConversionException,
        r"date field value out of range|invalid date field",
        lambda m: SnowflakeError(100040, "22007", f"Date is not recognized: {_first(m)}"),
    ),
    (
        duckdb.ConversionException,
        "",
        lambda m: SnowflakeError(100038, "22018", _first(m)),
    ),
    (
        duckdb.OutOfRangeException,
        "",
        lambda m: SnowflakeError(
            100046, "22003", f"Number out of representable range: {_first(m)}"
        ),
    ),
    (
        duckdb.TransactionException,
        "transaction is aborted",
        lambda m: SnowflakeError(
            603, "25P02", f"{LOCAL} gives a transaction up at its first error: send ROLLBACK."
        ),
    ),
    (
        duckdb.TransactionException,
        "",
        lambda m: SnowflakeError(
            625, "57014", f"Another transaction changed the same rows: {_first(m)}"
        ),
    ),
    (
        duckdb.BinderException,
        r"Cannot (?:mix values of type|combine types of) (.+?) and (.+?)(?: in| -)",
        lambda m: not_supported(f"a type for both {m[1]} and {m[2]}; CAST one of them"),
    ),
    (duckdb.ParserException, "", lambda m: syntax(_first(m))),
    (duckdb.BinderException, "", lambda m: SnowflakeError(2043, "42601", _first(m))),
    (duckdb.CatalogException, "", lambda m: SnowflakeError(2003, "42S02", _first(m))),
    (duckdb.NotImplementedException, "", lambda m: not_supported(_first(m))),
    (duckdb.Error, "", lambda m: SnowflakeError(603, "XX000", _first(m))),
]


def _first(match: re.Match[str]) -> str:
    """The first line of DuckDB's message without its own prefix."""
    line = match.string.strip().split("\n")[0]
    return re.sub(r"^[A-Za-z ]+ Error: ", "", line)


def is_conflict(error: BaseException) -> bool:
    """Whether two transactions met and the statement may simply be tried again."""
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
