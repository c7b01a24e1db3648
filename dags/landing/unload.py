"""Postgres to stage: the rows of one feed that were committed since the last landing."""

from __future__ import annotations

import logging
import re
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.sql import Composed
from snowflake.connector import SnowflakeConnection

from . import leftovers, postgres, raw_objects
from .feeds import StreamFeed
from .relation import Relation, Window
from .runs import new_run
from .scratch import folder
from .stage_parts import NEEDED_BYTES, StageParts
from .watermark import other_timelines, watermark

log = logging.getLogger(__name__)

#: For resync_since: every row that the relation has.
EVERYTHING = "-infinity"
#: A transaction open for longer is worth a warning: rows behind it wait, in seconds.
LONG_OPEN = 60


class RestoredDatabaseError(Exception):
    """Ids of transactions that RAW knows may come a second time in this database."""


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
        resync_since: instead of what is new, read again what was landed before: all rows with
            this ingested_at or a later one or none, or EVERYTHING.

    Returns:
        None if there is nothing.

    Raises:
        RelationError: the relation lacks what the feed declares.
        RestoredDatabaseError: the database is not where RAW has seen it.
        DiskFullError: there is too little room for the parts.
    """
    raw_objects.ensure(feed, target)
    leftovers.remove(target, f"{feed.schema}.{feed.stage}")
    run = new_run()
    path = f"@{feed.schema}.{feed.stage}/{run}/"
    with postgres.snapshot(source) as snapshot:
        after = watermark(feed, target, snapshot.database)
        _check_not_restored(feed, target, snapshot, after)
        window = Window(after, snapshot.horizon)
        if resync_since:
            window = Window(0, after + 1, resync_since if resync_since != EVERYTHING else None)
        rows, bad_rows = _copy(source, Relation(source, feed), window, target, path)
    _report_open_transaction(snapshot.oldest)
    if not rows and not bad_rows:
        log.info("%s: nothing new above transaction %d.", feed.name, after)
        return None
    log.info("%s: %d rows on %s, and %d that do not fit", feed.name, rows, path, bad_rows)
    return Unloaded(
        feed.name, run, snapshot.database, str(after), rows, bad_rows, bool(resync_since)
    )


def _check_not_restored(
    feed: StreamFeed, target: SnowflakeConnection, snapshot: postgres.Snapshot, after: int
) -> None:
    what_to_do = 'docs/operations.md, "When Postgres was restored", says how to go on.'
    if after >= snapshot.next_xid:
        raise RestoredDatabaseError(
            f"{feed.name}: RAW has rows of transaction {after}, but this Postgres has only come to "
            f"{snapshot.next_xid}: it was restored from an older state. {what_to_do}"
        )
    # Nothing has landed from this timeline. Rows of another one may have ids that come again.
    if not after:
        timelines = re.compile(re.escape(snapshot.cluster) + r"(/\d+)?")
        others = other_timelines(feed, target, snapshot.cluster)
        if known := [database for database in others if timelines.fullmatch(database)]:
            raise RestoredDatabaseError(
                f"{feed.name}: RAW has rows of {', '.join(known)}, and this Postgres is now "
                f"{snapshot.database}: it was restored to a point in time, or a standby took over. "
                f"{what_to_do}"
            )


def _report_open_transaction(oldest: postgres.OpenTransaction | None) -> None:
    if oldest and oldest.seconds > LONG_OPEN:
        log.warning(
            "A transaction is open in Postgres for %d s (%s): rows written since then wait for it.",
            oldest.seconds,
            oldest.who,
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
