"""One text for one value, the same in Kafka, Postgres, Snowflake and files.

A row's text is that of its columns, in a fixed order: `=` and the value's text, or `-` for null, so
that null is not an empty text. What is compared is half of the text's MD5, which each of the
systems can compute: of two rows that differ, one in 2^64 goes unseen. Of many rows the sum of these
numbers is compared, with the number of each row before its text, and the rows themselves only if
the sums differ.

    times       microseconds since 1970
    dates       2026-11-30
    booleans    true, false
    numbers     digits; with the decimals of the raw table, or of a sink without the last zeros
    bytes       hexadecimal
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg import sql

from dags.landing.reconcile.warehouse import SEPARATOR

NULL, PRESENT = "-", "="
#: Hexadecimal digits of the MD5 that are compared; see DIGEST.
DIGITS = 16
#: DuckDB's expression that makes a number of them, from the column `digest`.
DIGEST = "('0x' || digest)::ubigint"
# How a value, and null, begin in the text of a row.
_PRESENT, _NULL = f"'{SEPARATOR}{PRESENT}'", f"'{SEPARATOR}{NULL}'"


def digest_of_text(text: str) -> str:
    """DuckDB's expression of the same number, from a row's text."""
    return f"('0x' || right(md5({text}), {DIGITS}))::ubigint"


def row_text(values: Iterable[str | None]) -> str:
    """The text of a row."""
    return SEPARATOR.join([NULL if value is None else PRESENT + value for value in values])


def postgres_digest(values: Sequence[sql.Composable]) -> sql.Composed:
    """The digits of a row's digest, of expressions that give the values' texts."""
    separator = sql.SQL(f" || '{SEPARATOR}' || ")
    texts = separator.join(map(postgres_marked, values))
    return sql.SQL("right(md5({}), {})").format(texts, sql.Literal(DIGITS))


def postgres_marked(value: sql.Composable) -> sql.Composed:
    """A value as a row's text has it, so that null is not an empty text."""
    return sql.SQL("coalesce({} || {}, {})").format(sql.Literal(PRESENT), value, sql.Literal(NULL))


def snowflake_marked(value: str) -> str:
    """The same in Snowflake."""
    return f"coalesce('{PRESENT}' || {value}, '{NULL}')"


def snowflake_digest(values: Sequence[str]) -> str:
    """The digest in Snowflake; DuckDB reads it as well."""
    texts = map(snowflake_marked, values)
    return "right(md5({}), {})".format(f" || '{SEPARATOR}' || ".join(texts), DIGITS)


def snowflake_sum(number: str, values: Sequence[str]) -> str:
    """SQL of the sum of the rows' digests in Snowflake, each with a row's number before it."""
    # One operator fewer for each value than with snowflake_marked: a tenth of the time.
    texts = [f"coalesce({_PRESENT} || {value}, {_NULL})" for value in values]
    return f"sum(md5_number_lower64({' || '.join([number, *texts])}))"


def duckdb_sum(number: str, values: Sequence[str]) -> str:
    """The same in DuckDB, of columns."""
    # DuckDB's concat writes nothing for null, and all arguments at once.
    texts = [
        f"case when {value} is null then {_NULL} else {_PRESENT} end, {value}" for value in values
    ]
    text = f"concat({', '.join([number, *texts])})"
    return f"sum({digest_of_text(text)})"
