"""The columns of a feed, and the SQL of their canonical texts in Postgres and in Snowflake."""

from __future__ import annotations

import re
from dataclasses import dataclass

from psycopg import sql

from dags.landing.feeds import WATERMARK, Feed

from .sink_columns import Kind, canonical

FLOAT = "float"
_EPOCH = "'1970-01-01'::timestamp_ntz(6)"


@dataclass(frozen=True)
class Columns:
    """The compared columns of a feed: all but the key, by which rows are found, and the watermark.

    Attributes:
        texts: column -> type; compared by their canonical texts.
        floats: compared as numbers, because Snowflake cannot give their bytes.
    """

    texts: dict[str, str]
    floats: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """All of them, in the order in which their values are asked for."""
        return [*self.texts, *self.floats]


def columns_of(feed: Feed) -> Columns:
    """Those of a feed."""
    compared = {
        name: type_
        for name, type_ in feed.types.items()
        if name not in feed.key and name != WATERMARK
    }
    floats = tuple(name for name, type_ in compared.items() if type_ == FLOAT)
    return Columns({n: t for n, t in compared.items() if n not in floats}, floats)


def snowflake_text(column: str, type_: str) -> str:
    """SQL of the canonical text of a column of the raw table.

    Raises:
        ValueError: the type is not one that a landing block may use.
    """
    if type_ == "text":
        return column
    if type_.startswith("number") or type_ in ("boolean", FLOAT):
        return f"{column}::text"
    if type_ == "date":
        return f"to_char({column}, 'YYYY-MM-DD')"
    if type_.startswith("timestamp"):
        return f"datediff('microsecond', {_EPOCH}, {column})::text"
    raise ValueError(f"a column of the type {type_} cannot be compared")


def postgres_text(column: str, type_: str, postgres_type: str) -> sql.Composed:
    """SQL of the same of the relation's column, as the unload writes it.

    Raises:
        ValueError: the type is not one that a landing block may use.
    """
    name = sql.Identifier(column)
    if type_ == "text":
        return _text(name, postgres_type)
    if number := re.fullmatch(r"number\(\d+,(\d+)\)", type_):
        # xid8 becomes a number by way of its text alone.
        cast = sql.SQL("{}::text::numeric" if postgres_type == "xid8" else "{}::numeric")
        return sql.SQL("round({}, {})::text").format(cast.format(name), sql.Literal(int(number[1])))
    if type_ == "boolean":
        return canonical(column, Kind.BOOLEAN)
    if type_ == FLOAT:
        return sql.SQL("{}::text").format(name)
    if type_ == "date":
        return canonical(column, Kind.DATE)
    if type_.startswith("timestamp"):
        return canonical(column, Kind.TIMESTAMP)
    raise ValueError(f"a column of the type {type_} cannot be compared")


def _text(name: sql.Identifier, postgres_type: str) -> sql.Composed:
    if postgres_type == "text" or postgres_type.startswith("character varying"):
        return sql.SQL("{}").format(name)
    # COPY writes what the type's own output function gives, which a cast does not: t, not true.
    if postgres_type.endswith("with time zone"):
        return sql.SQL("format('%s', {} at time zone 'UTC')").format(name)
    return sql.SQL("case when {} is not null then format('%s', {}) end").format(name, name)
