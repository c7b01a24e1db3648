"""Writes rows with the sink's own statement, and finds those that the database refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from confluent_kafka import Message
from psycopg import sql

from connectors.registrar.database import identifier, quoted, table_name

# Rows of one attempt. A refused row costs about twice as many statements as this; without one,
# larger blocks are hardly faster.
BLOCK = 500
Row = dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """A record that the database does not take, and its error without any value of the row."""

    message: Message
    error: psycopg.Error

    @property
    def sqlstate(self) -> str:
        # The client itself refuses a NUL byte in a text; the server would answer 22021.
        return self.error.sqlstate or "22021"

    @property
    def reason(self) -> str:
        return self.error.diag.message_primary or str(self.error).splitlines()[0]


def is_refusal(error: psycopg.Error) -> bool:
    """Whether the error is about the row itself.

    SQLSTATE class 22 (data exception), 23 (integrity constraint violation) and 54000 (a limit
    exceeded, such as the size of an index row). Everything else, a deadlock or a missing table,
    says nothing about the row.
    """
    state = error.sqlstate
    return isinstance(error, psycopg.DataError) if state is None else _about_the_row(state)


def _about_the_row(state: str) -> bool:
    return state[:2] in ("22", "23") or state == "54000"


class Upsert:
    """The sink's INSERT, for one connector's configuration."""

    def __init__(self, config: Mapping[str, str], key: Sequence[str]) -> None:
        self._config = config
        self._key = key

    def write(
        self, connection: psycopg.Connection, records: Sequence[tuple[Message, Row]]
    ) -> list[Refusal]:
        """Write records in their order inside the connection's transaction; returns the refused.

        Raises:
            psycopg.Error: an error that is not about a row; the transaction is lost.
        """
        refused: list[Refusal] = []
        with connection.cursor() as cursor:
            for start in range(0, len(records), BLOCK):
                refused.extend(self._attempt(cursor, records[start : start + BLOCK]))
        return refused

    def _attempt(
        self, cursor: psycopg.Cursor, records: Sequence[tuple[Message, Row]]
    ) -> Iterator[Refusal]:
        """All at once, else each half by itself, down to the one record that is refused."""
        try:
            with cursor.connection.transaction():
                for statement, rows in self._statements(records):
                    cursor.executemany(statement, rows)
            return
        except psycopg.Error as error:
            if cursor.connection.broken or not is_refusal(error):
                raise
            if len(records) == 1:
                yield Refusal(records[0][0], error)
                return
        half = len(records) // 2
        yield from self._attempt(cursor, records[:half])
        yield from self._attempt(cursor, records[half:])

    def _statements(
        self, records: Sequence[tuple[Message, Row]]
    ) -> Iterator[tuple[sql.Composed, list[list[Any]]]]:
        """Statements with their rows: neighbours of one topic and one set of columns together."""
        last: tuple[str | None, tuple[str, ...]] | None = None
        rows: list[list[Any]] = []
        for message, row in records:
            shape = (message.topic(), tuple(row))
            if shape != last and last is not None:
                yield self._sql(*last), rows
                rows = []
            last = shape
            rows.append(list(row.values()))
        if last is not None:
            yield self._sql(*last), rows

    def _sql(self, topic: str | None, fields: tuple[str, ...]) -> sql.Composed:
        names = {field: sql.Identifier(identifier(self._config, field)) for field in fields}
        statement = sql.SQL("insert into {} ({}) values ({})").format(
            quoted(table_name(self._config, topic or "")),
            sql.SQL(", ").join(names.values()),
            sql.SQL(", ").join([sql.Placeholder()] * len(fields)),
        )
        if self._config.get("insert.mode") != "upsert":
            return statement
        rest = [name for field, name in names.items() if field not in self._key]
        action = sql.SQL("update set {}").format(
            sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in rest)
        )
        return statement + sql.SQL(" on conflict ({}) do {}").format(
            sql.SQL(", ").join(names[field] for field in self._key),
            action if rest else sql.SQL("nothing"),
        )
