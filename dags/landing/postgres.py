"""What the unload asks of Postgres: who it is, up to where rows are settled, and the rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from .feeds import WATERMARK, StreamFeed


class RelationError(Exception):
    """The relation to unload does not have what the feed declares; the text says what to do."""


@dataclass(frozen=True)
class Snapshot:
    """One view of the database, in which nothing changes while rows are read.

    horizon: every transaction below it has ended, so no row below it can appear any more
        (pg_snapshot_xmin, https://www.postgresql.org/docs/current/functions-info.html).
    oldest_seconds: age of the oldest transaction that holds the horizon; 0 if there is none.
    """

    database: str
    horizon: int
    oldest_seconds: float


def connect_from_env(env: Mapping[str, str] = os.environ) -> psycopg.Connection:
    """A connection with the read-only role `unload`.

    Raises:
        psycopg.OperationalError: the server is away or refuses the password.
    """
    return psycopg.connect(
        host=env.get("POSTGRES_HOST") or "127.0.0.1",
        port=int(env.get("POSTGRES_PORT") or 5433),
        dbname=env.get("POSTGRES_DB") or "pipeline",
        user="unload",
        password=env.get("UNLOAD_PASSWORD"),
        connect_timeout=10,
        application_name="landing",
    )


@contextmanager
def snapshot(connection: psycopg.Connection) -> Iterator[Snapshot]:
    """A read-only REPEATABLE READ transaction; all reads inside see the same rows."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        connection.execute("set local timezone to 'UTC'")
        # The first query fixes the snapshot, so the horizon belongs to the rows read after it.
        found = connection.execute(
            "select (select system_identifier from pg_control_system())"
            " || '/' || current_database(),"
            " pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " coalesce((select extract(epoch from now() - min(xact_start)) from pg_stat_activity"
            "  where backend_xid is not null), 0)::float"
        ).fetchone()
        assert found is not None
        yield Snapshot(*found)


def unload_query(
    connection: psycopg.Connection,
    feed: StreamFeed,
    after: int,
    before: int,
    since: str | None = None,
) -> sql.Composed:
    """COPY of a feed's columns, in the feed's order, for after < ingest_xid < before.

    Timestamps with a zone are written in UTC without one. NULL is an empty field and an empty text
    is two quotes, which COPY INTO tells apart with EMPTY_FIELD_AS_NULL.

    Args:
        since: only rows whose ingested_at is this or later.

    Raises:
        RelationError: the relation or one of its columns is not there, or may not be read.
    """
    types = _column_types(connection, feed)
    condition = sql.SQL("{} > {}::xid8 and {} < {}::xid8").format(
        sql.Identifier(WATERMARK),
        sql.Literal(str(after)),
        sql.Identifier(WATERMARK),
        sql.Literal(str(before)),
    )
    if since:
        condition += sql.SQL(" and ingested_at >= {}").format(sql.Literal(since))
    return sql.SQL("copy (select {} from {} where {}) to stdout (format csv)").format(
        sql.SQL(", ").join(_field(column, types[column]) for column in feed.columns),
        sql.Identifier(*feed.relation.split(".")),
        condition,
    )


def _field(column: str, data_type: str) -> sql.Composable:
    if data_type.startswith("timestamp") and data_type.endswith("with time zone"):
        return sql.SQL("{} at time zone 'UTC'").format(sql.Identifier(column))
    return sql.Identifier(column)


def _column_types(connection: psycopg.Connection, feed: StreamFeed) -> dict[str, str]:
    found = connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
        [feed.relation],
    ).fetchall()
    types: dict[str, str] = dict(found)
    if not types:
        raise RelationError(
            f"{feed.relation} is not in Postgres, or the role may not use its schema: "
            "create it with `cd dbt_project && uv run dbt run --target postgres`."
        )
    missing = [column for column in feed.columns if column not in types]
    if missing:
        raise RelationError(
            f"{feed.relation} lacks {', '.join(missing)}, which the feed {feed.name} declares: "
            "add them to the view, or take them out of dbt_project/models/sources."
        )
    return types
