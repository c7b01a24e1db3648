"""Relation -> RAW: each version that was below the horizon when a landing ran is in RAW, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import psycopg
from psycopg import sql
from snowflake.connector import SnowflakeConnection

from dags.landing import postgres, unload
from dags.landing.feeds import WATERMARK, StreamFeed
from dags.landing.reconcile import streams, warehouse
from dags.landing.reconcile.report import NAMED, Hop
from dags.landing.reconcile.warehouse import EVERYTHING, SEPARATOR

from .workspace import Workspace, joined


def compare(
    workspace: Workspace,
    connect: Callable[[], psycopg.Connection],
    target: SnowflakeConnection,
    feed: StreamFeed,
) -> Hop:
    """Versions (key and transaction id) of the relation, and those in RAW and the quarantine.

    The relation only has the latest version of a key: what RAW has below it is history.

    Raises:
        psycopg.Error: Postgres is unreachable or lacks the relation.
        snowflake.connector.Error: Snowflake is unreachable.
    """
    table = f"{feed.schema}.{feed.table}"
    hop = Hop(feed.name, f"{feed.relation} -> {table}", "versions")
    workspace.create("relation", "key varchar, version ubigint")
    workspace.create("raw", "key varchar, version ubigint")
    is_there = warehouse.exists(target, table)
    with closing(connect()) as connection:
        if not is_there and not _exists(connection, feed.relation):
            hop.notes.append(f"{feed.relation} has not been built yet")
            return hop
        read = _read(workspace, connection, target, feed, is_there)
    if is_there:
        _load_raw(workspace, target, feed, read)
    landed = f"select key, version from relation where version <= {read.watermark}"
    hop.checked = workspace.number(f"select count(*) from ({landed})")
    hop.waiting = workspace.number("select count(*) from relation") - hop.checked
    missing = f"select key from ({landed} except select key, version from raw)"
    hop.differs(f"not in {table}", *workspace.named(missing, NAMED))
    hop.differs(f"in {table}, and gone from {feed.relation}", *workspace.named(_GONE, NAMED))
    hop.differs(f"newer in {table} than in {feed.relation}", *workspace.named(_NEWER, NAMED))
    if is_there:
        streams.add_doubled(target, feed, hop, EVERYTHING)
    return hop


_GONE = "select distinct key from raw where key not in (select key from relation)"
_NEWER = (
    "select distinct raw.key from raw join relation on relation.key = raw.key"
    " where raw.version > relation.version"
)


def _exists(connection: psycopg.Connection, relation: str) -> bool:
    found = connection.execute("select to_regclass(%s) is not null", [relation]).fetchone()
    connection.rollback()
    return bool(found and found[0])


@dataclass(frozen=True)
class _Read:
    """What the relation was read with.

    Attributes:
        database: the identity of the source database.
        watermark: transaction id; versions up to it have landed.
        horizon: transaction id; versions below it are all in what was read.
    """

    database: str
    watermark: int
    horizon: int


def _read(
    workspace: Workspace,
    connection: psycopg.Connection,
    target: SnowflakeConnection,
    feed: StreamFeed,
    is_there: bool,
) -> _Read:
    """Fill the table `relation`.

    The watermark is asked for before the snapshot: a version that is overwritten while this runs
    may never land, and must not be expected. RAW is read afterwards, below the horizon.
    """
    with postgres.snapshot(connection) as before:
        database = before.database
    watermark = unload.watermark(feed, target, database) if is_there else 0
    # A row without a key is in the quarantine, where null is an empty text.
    text = sql.SQL("coalesce({}::text, '')")
    key = joined([text.format(sql.Identifier(column)) for column in feed.key])
    query = sql.SQL("select {}, {} from {}").format(
        key, sql.Identifier(WATERMARK), sql.Identifier(*feed.relation.split("."))
    )
    with postgres.snapshot(connection) as snapshot:
        types = "{key: 'VARCHAR', version: 'UBIGINT'}"
        workspace.insert_from_postgres("relation", connection, query, types)
    return _Read(database, watermark, snapshot.horizon)


def _load_raw(
    workspace: Workspace, target: SnowflakeConnection, feed: StreamFeed, read: _Read
) -> None:
    """Fill the table `raw`: what landed from this database, and what the quarantine holds of it."""
    workspace.insert_from_snowflake(
        "raw",
        target,
        f"select {warehouse.key(feed)}, {WATERMARK} from {feed.schema}.{feed.table}"
        f" where source_database = %s and {WATERMARK} < {read.horizon}",
        [read.database],
    )
    values = f" || '{SEPARATOR}' || ".join(
        f"""coalesce(parse_json(raw_values):"{column}"::text, '')""" for column in feed.key
    )
    workspace.insert_from_snowflake(
        "raw",
        target,
        f"select {values}, source_row from {feed.schema}.QUARANTINE where feed = %s"
        f" and source_content_key = %s and replayed_at is null and source_row < {read.horizon}",
        [feed.name, read.database],
    )
