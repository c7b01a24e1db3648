"""One text for one value, the same in Kafka, Postgres, Snowflake and files.

A row's text is that of its columns, in a fixed order: `=` and the value's text, or `-` for null, so
that null is not an empty text. What is compared is half of the text's MD5, which each of the
systems can compute: of two rows that differ, one in 2^64 goes unseen.

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
#: DuckDB's expressions that make a number of them, from the columns `digest` and `row_text`.
DIGEST = "('0x' || digest)::ubigint"
DIGEST_OF_TEXT = f"('0x' || right(md5(row_text), {DIGITS}))::ubigint"


def row_text(values: Iterable[str | None]) -> str:
    """The text of a row."""
    return SEPARATOR.join([NULL if value is None else PRESENT + value for value in values])


def postgres_digest(values: Sequence[sql.Composable]) -> sql.Composed:
    """The digits of a row's digest, of expressions that give the values' texts."""
    texts = [
        sql.SQL("coalesce({} || {}, {})").format(sql.Literal(PRESENT), value, sql.Literal(NULL))
        for value in values
    ]
    separator = sql.SQL(f" || '{SEPARATOR}' || ")
    return sql.SQL("right(md5({}), {})").format(separator.join(texts), sql.Literal(DIGITS))


def snowflake_digest(values: Sequence[str]) -> str:
    """The same in Snowflake; DuckDB reads it as well."""
    texts = [f"coalesce('{PRESENT}' || {value}, '{NULL}')" for value in values]
    return "right(md5({}), {})".format(f" || '{SEPARATOR}' || ".join(texts), DIGITS)
