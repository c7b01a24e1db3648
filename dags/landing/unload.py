"""Postgres to stage: the rows of one feed that were committed since the last landing."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.sql import Composed
from snowflake.connector import SnowflakeConnection

from . import postgres, raw_objects, snowflake
from .feeds import StreamFeed
from .runs import new_run
from .scratch import folder
from .stage_parts import NEEDED_BYTES, StageParts

log = logging.getLogger(__name__)


class RestoredDatabaseError(Exception):
    """RAW knows versions from the future of this database."""


@dataclass(frozen=True)
class Unloaded:
    """What lies on the stage; the arguments of the dbt macro land_stream."""

    feed: str
    run: str
    database: str
    after: str
    rows: int

    def as_arguments(self) -> dict[str, Any]:
        """For `dbt run-operation land_stream --args`."""
        return asdict(self)


def unload(
    feed: StreamFeed, source: psycopg.Connection, target: SnowflakeConnection
) -> Unloaded | None:
    """Put the rows above the watermark and below the horizon on the feed's stage.

    Nothing is landed by this: the rows count as landed when the dbt macro land_stream commits.
    Killed at any moment, it leaves a stage path that no later run reads.

    Returns:
        None if there is nothing new.

    Raises:
        RelationError: the relation lacks what the feed declares.
        RestoredDatabaseError: the watermark is ahead of the database.
        DiskFullError: there is too little room for the parts.
    """
    raw_objects.ensure(feed, target)
    with postgres.snapshot(source) as snapshot:
        after = watermark(feed, target, snapshot.database)
        if after >= snapshot.horizon:
            _check_not_restored(feed, source, after)
        query = postgres.unload_query(source, feed, after, snapshot.horizon)
        run = new_run()
        path = f"@{feed.schema}.{feed.stage}/{run}/"
        rows = _copy_to_stage(source, query, target, path)
    if snapshot.oldest_seconds > 60:
        log.warning(
            "A transaction is open in Postgres for %.0f s: rows written since then wait for it.",
            snapshot.oldest_seconds,
        )
    if not rows:
        log.info("%s: nothing new above transaction %d.", feed.name, after)
        return None
    log.info("%s: %d rows on %s", feed.name, rows, path)
    return Unloaded(feed.name, run, snapshot.database, str(after), rows)


def watermark(feed: StreamFeed, target: SnowflakeConnection, database: str) -> int:
    """The highest transaction id landed from this database; 0 before the first landing."""
    sql = f"select max(ingest_xid) from {feed.schema}.{feed.table} where source_database = %s"
    return int(snowflake.rows(target, sql, [database])[0][0] or 0)


def _check_not_restored(feed: StreamFeed, source: psycopg.Connection, after: int) -> None:
    found = source.execute(
        "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    ).fetchone()
    if found and after >= found[0]:
        raise RestoredDatabaseError(
            f"{feed.name}: RAW has rows of transaction {after}, but this Postgres has only come to "
            f"{found[0]}: it was restored from an older state."
        )


def _copy_to_stage(
    source: psycopg.Connection, query: Composed, target: SnowflakeConnection, path: str
) -> int:
    """Stream the rows of a COPY to a stage path; the number of rows."""
    with (
        folder(NEEDED_BYTES) as scratch,
        StageParts(target, path, scratch) as parts,
        source.cursor() as cursor,
    ):
        with cursor.copy(query) as copy:
            for row in copy:
                parts.write(row)
        return cursor.rowcount
