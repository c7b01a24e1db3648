"""The columns of a sink's table, and the SQL of their canonical texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

import psycopg
from psycopg import sql


class Kind(Enum):
    """What a column of Postgres holds, as far as it is compared; see canonical.py."""

    TEXT = r"text|character varying.*"
    NUMBER = r"smallint|integer|bigint|numeric.*"
    FLOAT = r"double precision"
    REAL = r"real"
    BOOLEAN = r"boolean"
    TIMESTAMP = r"timestamp.*"
    DATE = r"date"
    UUID = r"uuid"
    BYTES = r"bytea"


def kind_of(postgres_type: str) -> Kind | None:
    """By the type's name as format_type gives it; None if such columns cannot be compared."""
    return next((kind for kind in Kind if re.fullmatch(kind.value, postgres_type)), None)


def column_types(connection: psycopg.Connection, name: str) -> dict[str, str]:
    """Column -> type of a table or view, as format_type names it; empty if it is not there.

    Raises:
        psycopg.Error: Postgres is unreachable.
    """
    found = connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
        [name],
    ).fetchall()
    return dict(found)


_SQL: Mapping[Kind, str] = {
    Kind.TEXT: "{}",
    Kind.NUMBER: "trim_scale({}::numeric)::text",
    Kind.FLOAT: "encode(float8send({}), 'hex')",
    Kind.REAL: "encode(float8send({}::float8), 'hex')",
    Kind.BOOLEAN: "{}::text",
    Kind.TIMESTAMP: "trunc(extract(epoch from {}) * 1000000)::text",
    Kind.DATE: "to_char({}, 'YYYY-MM-DD')",
    Kind.UUID: "{}::text",
    Kind.BYTES: "encode({}, 'hex')",
}


def canonical(column: str, kind: Kind) -> sql.Composed:
    """SQL of a column's canonical text."""
    return sql.SQL(_SQL[kind]).format(sql.Identifier(column))
