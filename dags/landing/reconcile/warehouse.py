"""Queries that every comparison in Snowflake needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from snowflake.connector import SnowflakeConnection

from dags.landing import snowflake
from dags.landing.feeds import Feed

from .report import Hop

#: Between the columns of a key; no text that a person writes has it (ASCII unit separator).
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Window:
    """Which rows of the raw tables are compared.

    Attributes:
        since: only rows that landed after this time (UTC); all rows if it is None.
    """

    since: datetime | None = None

    def of(self, column: str) -> str:
        """The condition for a column that says when a row landed."""
        if self.since is None:
            return "true"
        return f"{column} > '{self.since:%Y-%m-%d %H:%M:%S.%f}'::timestamp_ntz(6)"


EVERYTHING = Window()


def exists(connection: SnowflakeConnection, name: str) -> bool:
    """Whether there is a table or view SCHEMA.NAME that this role may see."""
    schema, table = name.upper().split(".")
    found = snowflake.rows(
        connection,
        "select count(*) from information_schema.tables"
        " where table_schema = %s and table_name = %s",
        [schema, table],
    )
    return bool(found[0][0])


def has_landed(connection: SnowflakeConnection, table: str, hop: Hop) -> bool:
    """Whether the raw table exists; if it does not, a note in the hop says so."""
    found = exists(connection, table)
    if not found:
        hop.notes.append("nothing has landed yet")
    return found


def key(feed: Feed, alias: str = "") -> str:
    """The feed's key as one text."""
    prefix = f"{alias}." if alias else ""
    return f" || '{SEPARATOR}' || ".join(f"{prefix}{column}::text" for column in feed.key)


def named(
    connection: SnowflakeConnection, query: str, limit: int, binds: Sequence[Any] = ()
) -> tuple[int, list[str]]:
    """Number of rows that a query finds, and the column `example` of the first ones.

    Args:
        limit: at most this many examples.
    """
    found = snowflake.rows(
        connection,
        f"select example, count(*) over () from ({query}) as found order by example limit {limit}",
        binds,
    )
    return (int(found[0][1]) if found else 0), [str(row[0]) for row in found]
