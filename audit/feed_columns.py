"""The columns of a feed, and the SQL of their canonical texts in Postgres and in Snowflake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import sql
from snowflake.connector import SnowflakeConnection

from dags.landing import snowflake
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
        later: column -> type; compared by their texts, each by itself, in rows that landed since
            the raw table has it.
    """

    texts: dict[str, str]
    floats: tuple[str, ...]
    later: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All of them, in the order in which their values are asked for."""
        return [*self.texts, *self.floats, *self.later]


def added_later(target: SnowflakeConnection, feed: Feed) -> dict[str, datetime]:
    """Columns that the raw table was not created with, and when (UTC) it got them.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    found = snowflake.rows(
        target,
        "select lower(column_name), comment from information_schema.columns"
        " where table_schema = %s and table_name = %s",
        [feed.schema.upper(), feed.table.upper()],
    )
    # As the macro landing_add_columns writes it.
    notes = {name: re.match(r"Added (.{26}) UTC", comment or "") for name, comment in found}
    return {name: datetime.fromisoformat(note[1]) for name, note in notes.items() if note}


def columns_of(feed: Feed, later: Mapping[str, datetime] | None = None) -> Columns:
    """Those of a feed.

    Args:
        later: as added_later says.
    """
    compared = {
        name: type_
        for name, type_ in feed.types.items()
        if name not in feed.key and name != WATERMARK
    }
    later = later or {}
    own = {name: type_ for name, type_ in compared.items() if name not in later}
    return Columns(
        {name: type_ for name, type_ in own.items() if type_ != FLOAT},
        tuple(name for name, type_ in own.items() if type_ == FLOAT),
        {name: t for name, t in compared.items() if name in later and t != FLOAT},
    )


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
