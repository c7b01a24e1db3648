"""Postgres to stage: the rows of one feed that were committed since the last landing."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.sql import Composed
from snowflake.connector import SnowflakeConnection

from . import leftovers, postgres, raw_objects, snowflake
from .feeds import StreamFeed
from .relation import Relation, Window
from .runs import new_run
from .scratch import folder
from .stage_parts import NEEDED_BYTES, StageParts

log = logging.getLogger(__name__)

#: A transaction open for longer is worth a warning: rows behind it wait, in seconds.
LONG_OPEN = 60


class RestoredDatabaseError(Exception):
    """RAW knows versions from the future of this database."""


@dataclass(frozen=True)
class Unloaded:
    """What lies on the stage; the arguments of the dbt macro land_stream.

    rows: in the parts below good/, which fit the raw table.
    bad_rows: in the parts below bad/, for the quarantine.
    resync: the rows may be in RAW already; land those that are missing.
    """

    feed: str
    run: str
    database: str
    after: str
    rows: int
    bad_rows: int
    resync: bool

    def as_arguments(self) -> dict[str, Any]:
        """For `dbt run-operation land_stream --args`."""
        return asdict(self)


def unload(
    feed: StreamFeed,
    source: psycopg.Connection,
    target: SnowflakeConnection,
    resync_since: str | None = None,
) -> Unloaded | None:
    """Put the rows above the watermark and below the horizon on the feed's stage.

    Nothing is landed by this: the rows count as landed when the dbt macro land_stream commits.
    Killed at any moment, it leaves a stage path that no later run reads, and that runs of the
    next day remove.

    Args:
        resync_since: read again what was landed before, from this ingested_at on
            (`-infinity`: all), instead of what is new.

    Returns:
        None if there is nothing.

    Raises:
        RelationError: the relation lacks what the feed declares.
        RestoredDatabaseError: the watermark is ahead of the database.
        DiskFullError: there is too little room for the parts.
    """
    raw_objects.ensure(feed, target)
    leftovers.remove(target, f"{feed.schema}.{feed.stage}")
    run = new_run()
    path = f"@{feed.schema}.{feed.stage}/{run}/"
    with postgres.snapshot(source) as snapshot:
        after = watermark(feed, target, snapshot.database)
        _check_not_restored(feed, snapshot, after)
        window = Window(after, snapshot.horizon)
        if resync_since:
            window = Window(0, after + 1, resync_since)
        rows, bad_rows = _copy(source, Relation(source, feed), window, target, path)
    _report_open_transaction(snapshot)
    if not rows and not bad_rows:
        log.info("%s: nothing new above transaction %d.", feed.name, after)
        return None
    log.info("%s: %d rows on %s, and %d that do not fit", feed.name, rows, path, bad_rows)
    return Unloaded(
        feed.name, run, snapshot.database, str(after), rows, bad_rows, bool(resync_since)
    )


def watermark(feed: StreamFeed, target: SnowflakeConnection, database: str) -> int:
    """The highest transaction id landed from this database; 0 before the first landing."""
    sql = (
        f"select greatest("
        f" (select coalesce(max(ingest_xid), 0) from {feed.schema}.{feed.table}"
        f"  where source_database = %s),"
        f" (select coalesce(max(source_row), 0) from {feed.schema}.QUARANTINE"
        f"  where feed = %s and source_content_key = %s))::text"
    )
    return int(snowflake.rows(target, sql, [database, feed.name, database])[0][0])


def _check_not_restored(feed: StreamFeed, snapshot: postgres.Snapshot, after: int) -> None:
    if after >= snapshot.next_xid:
        raise RestoredDatabaseError(
            f"{feed.name}: RAW has rows of transaction {after}, but this Postgres has only come to "
            f"{snapshot.next_xid}: it was restored from an older state. "
            'docs/operations.md, "When Postgres was restored", says how to go on.'
        )


def _report_open_transaction(snapshot: postgres.Snapshot) -> None:
    if snapshot.oldest_seconds > LONG_OPEN:
        log.warning(
            "A transaction is open in Postgres for %.0f s: rows written since then wait for it.",
            snapshot.oldest_seconds,
        )


def _copy(
    source: psycopg.Connection,
    relation: Relation,
    window: Window,
    target: SnowflakeConnection,
    path: str,
) -> tuple[int, int]:
    """Both kinds of rows to the stage; how many of each."""
    counted = source.execute(relation.count_bad(window)).fetchone()
    bad_rows = counted[0] if counted else 0
    if bad_rows:
        bad_rows = _copy_to_stage(source, relation.copy_bad(window), target, f"{path}bad/")
    return _copy_to_stage(source, relation.copy_good(window), target, f"{path}good/"), bad_rows


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
