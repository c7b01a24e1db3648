"""Postgres to stage: the rows of one feed that were committed since the last landing."""

from __future__ import annotations

import logging
import re
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.sql import Composed
from snowflake.connector import SnowflakeConnection

from settings.errors import ExpectedError

from . import postgres
from .feeds import StreamFeed
from .raw_objects import ensure_raw_objects
from .relation import Relation, Window
from .stage_parts import NEEDED_BYTES, StageParts, new_load_id, remove_stale_files
from .temp_dirs import temp_dir
from .watermark import other_timelines, watermark

log = logging.getLogger(__name__)

#: As resync_since: every row that the relation has.
EVERYTHING = "-infinity"
#: Seconds after which an open transaction is worth a warning: later rows wait for it.
LONG_OPEN = 60


class RestoredDatabaseError(ExpectedError):
    """Transaction ids that RAW has seen may be used a second time in this database."""


@dataclass(frozen=True)
class Unloaded:
    """What one unload put on the stage; the arguments of the dbt macro land_stream.

    Attributes:
        run: name of the unload and of its folder on the stage.
        database: identity of the Postgres database.
        after: the watermark at which it began.
        rows: number of rows in the parts below good/, which fit the raw table.
        bad_rows: number of rows in the parts below bad/, for the quarantine.
        resync: whether the rows may be in RAW already, so that only missing ones are landed.
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


def unload_new_rows(
    feed: StreamFeed,
    source: psycopg.Connection,
    target: SnowflakeConnection,
    resync_since: str | None = None,
) -> Unloaded | None:
    """Put the rows above the watermark and below the horizon on the feed's stage.

    This lands nothing: the rows count as landed when the dbt macro land_stream commits. If it is
    killed, it leaves a stage path that no later run reads, and that runs of the next day remove.

    Args:
        resync_since: read again what was landed before, instead of what is new: all rows whose
            ingested_at is this time (UTC), later or null, or EVERYTHING.

    Returns:
        None if there are no rows.

    Raises:
        RelationError: the relation lacks what the feed declares.
        RestoredDatabaseError: the database was restored to an earlier state than RAW has.
        DiskFullError: there is too little room for the parts.
        MacroError: the raw table could not be created or extended.
        psycopg.Error: Postgres is unreachable.
        snowflake.connector.Error: Snowflake is unreachable.
    """
    ensure_raw_objects(feed, target)
    remove_stale_files(target, feed.raw_stage)
    run = new_load_id()
    path = f"@{feed.raw_stage}/{run}/"
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
    what_to_do = 'docs/operations.md, "When Postgres was restored", says how to continue.'
    if after >= snapshot.next_xid:
        raise RestoredDatabaseError(
            f"{feed.name}: RAW has rows of transaction {after}, but this Postgres has only reached "
            f"{snapshot.next_xid}: it was restored from an older state. {what_to_do}"
        )
    # Nothing has landed from this timeline. Rows of another one may have ids that are used again.
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
            "A transaction has been open in Postgres for %d s (%s): later rows wait for it.",
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
    """Put both kinds of rows on the stage; how many of each."""
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
        temp_dir(NEEDED_BYTES) as folder,
        StageParts(target, path, folder) as parts,
        source.cursor() as cursor,
    ):
        with cursor.copy(query) as copy:
            for row in copy:
                parts.write(row)
        return cursor.rowcount
