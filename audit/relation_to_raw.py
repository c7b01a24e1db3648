"""Relation -> RAW: each version that was below the horizon when a landing ran is in RAW, once.

It has the same values there: a version is never changed, in Postgres it gets a new transaction id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql
from snowflake.connector import SnowflakeConnection

from dags.landing import postgres, snowflake, unload
from dags.landing.feeds import WATERMARK, StreamFeed
from dags.landing.reconcile import streams, warehouse
from dags.landing.reconcile.report import NAMED, Hop
from dags.landing.reconcile.warehouse import EVERYTHING, SEPARATOR

from .canonical import (
    DIGEST,
    postgres_digest,
    postgres_marked,
    snowflake_digest,
    snowflake_marked,
)
from .changed import add_changed
from .feed_columns import Columns, added_later, columns_of, postgres_text, snowflake_text
from .sink_columns import column_types
from .workspace import Workspace, joined


def compare(
    workspace: Workspace,
    connect: Callable[[], psycopg.Connection],
    target: SnowflakeConnection,
    feed: StreamFeed,
    show_values: bool,
) -> Hop:
    """Versions (key and transaction id) of the relation, and those in RAW and the quarantine.

    The relation only has the latest version of a key: what RAW has below it is history.

    Args:
        show_values: whether a difference names the values, or only their columns.

    Raises:
        psycopg.Error: Postgres is unreachable or lacks the relation.
        snowflake.connector.Error: Snowflake is unreachable.
    """
    table = f"{feed.schema}.{feed.table}"
    hop = Hop(feed.name, f"{feed.relation} -> {table}", "versions")
    is_there = warehouse.exists(target, table)
    added = added_later(target, feed) if is_there else {}
    columns = columns_of(feed, added)
    own = "".join(f", {name} {type_}" for name, type_ in _apart(columns).items())
    for side in ("relation", "raw"):
        workspace.create(side, f"key varchar, version ubigint, digest ubigint{own}")
    _note_later(hop, feed, added, columns)
    with closing(connect()) as connection:
        if not is_there and not _exists(connection, feed.relation):
            hop.notes.append(f"{feed.relation} has not been built yet")
            return hop
        types = column_types(connection, feed.relation)
        connection.rollback()
        source = _Source(feed, columns, types)
        read = _read(workspace, connection, target, source, is_there)
        if is_there:
            _load_raw(workspace, target, feed, columns, added, read)
            _add_changed(workspace, connection, target, source, hop, show_values)
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


def _apart(columns: Columns) -> dict[str, str]:
    """What is compared besides the digest, in the workspace: column -> DuckDB's type."""
    floats = {f"f{n}": "DOUBLE" for n in range(len(columns.floats))}
    return floats | {f"t{n}": "VARCHAR" for n in range(len(columns.later))}


def _note_later(
    hop: Hop, feed: StreamFeed, added: Mapping[str, datetime], columns: Columns
) -> None:
    for name, at in added.items():
        if name in columns.later:
            hop.notes.append(
                f"{name} is compared in rows that landed since {at:%Y-%m-%d %H:%M:%S} UTC, when"
                f" {feed.raw_table} got it"
            )
        elif name in feed.types:
            hop.notes.append(f"{name}, which {feed.raw_table} got later, is not compared")


def _exists(connection: psycopg.Connection, relation: str) -> bool:
    found = connection.execute("select to_regclass(%s) is not null", [relation]).fetchone()
    connection.rollback()
    return bool(found and found[0])


@dataclass(frozen=True)
class _Source:
    """The relation, its compared columns, and Postgres' types of all its columns."""

    feed: StreamFeed
    columns: Columns
    types: dict[str, str]

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(*self.feed.relation.split("."))

    @property
    def key(self) -> sql.Composed:
        # A row without a key is in the quarantine, where null is an empty text.
        text = sql.SQL("coalesce({}::text, '')")
        return joined([text.format(sql.Identifier(column)) for column in self.feed.key])

    @property
    def texts(self) -> list[sql.Composed]:
        """The canonical texts of the columns that have one."""
        columns = self.columns.texts.items()
        return [postgres_text(name, type_, self.types.get(name, "")) for name, type_ in columns]

    @property
    def floats(self) -> list[sql.Composed]:
        number = sql.SQL("{}::float8")
        return [number.format(sql.Identifier(name)) for name in self.columns.floats]

    @property
    def later(self) -> list[sql.Composed]:
        """The texts of columns that RAW got later."""
        columns = self.columns.later.items()
        return [postgres_text(name, type_, self.types.get(name, "")) for name, type_ in columns]


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
    source: _Source,
    is_there: bool,
) -> _Read:
    """Fill the table `relation`.

    The watermark is asked for before the snapshot: a version that is overwritten while this runs
    may never land, and must not be expected. RAW is read afterwards, below the horizon.
    """
    with postgres.snapshot(connection) as before:
        database = before.database
    watermark = unload.watermark(source.feed, target, database) if is_there else 0
    digest = postgres_digest(source.texts)
    later = map(postgres_marked, source.later)
    columns = [source.key, sql.Identifier(WATERMARK), digest, *source.floats, *later]
    query = sql.SQL("select {} from {}").format(sql.SQL(", ").join(columns), source.name)
    types = {"key": "VARCHAR", "version": "UBIGINT", "digest": "VARCHAR"}
    apart = _apart(source.columns)
    with postgres.snapshot(connection) as snapshot:
        workspace.insert_from_postgres(
            "relation",
            connection,
            query,
            types | apart,
            ", ".join(["key", "version", DIGEST, *apart]),
        )
    return _Read(database, watermark, snapshot.horizon)


def _load_raw(
    workspace: Workspace,
    target: SnowflakeConnection,
    feed: StreamFeed,
    columns: Columns,
    added: Mapping[str, datetime],
    read: _Read,
) -> None:
    """Fill the table `raw`: what landed from this database, and what the quarantine holds of it."""
    digest = snowflake_digest([snowflake_text(*column) for column in columns.texts.items()])
    values = [
        *columns.floats,
        *(
            f"iff({feed.landed_at} < '{added[name]}', null,"
            f" {snowflake_marked(snowflake_text(name, type_))})"
            for name, type_ in columns.later.items()
        ),
    ]
    apart = _apart(columns)
    named = "".join(f", {value} as {name}" for value, name in zip(values, apart, strict=True))
    workspace.insert_from_snowflake(
        "raw",
        target,
        f"select {warehouse.key(feed)} as key, {WATERMARK} as version, {digest} as digest{named}"
        f" from {feed.raw_table}"
        f" where source_database = %s and {WATERMARK} < {read.horizon}",
        [read.database],
        ", ".join(["key", "version", DIGEST, *apart]),
    )
    key = f" || '{SEPARATOR}' || ".join(
        f"""coalesce(parse_json(raw_values):"{column}"::text, '')""" for column in feed.key
    )
    workspace.insert_from_snowflake(
        "raw",
        target,
        f"select {key} as key, source_row as version from {feed.schema}.QUARANTINE"
        " where feed = %s and source_content_key = %s and replayed_at is null"
        f" and source_row < {read.horizon}",
        [feed.name, read.database],
        "key, version, null" + ", null" * len(apart),
    )


def _add_changed(
    workspace: Workspace,
    connection: psycopg.Connection,
    target: SnowflakeConnection,
    source: _Source,
    hop: Hop,
    show_values: bool,
) -> None:
    """Versions that have other values in RAW."""
    feed, columns = source.feed, source.columns
    unlike = ["relation.digest <> raw.digest"]
    for name, type_ in _apart(columns).items():
        # Null is the value of a float; of a text it says that there is nothing to compare.
        differs = "is distinct from" if type_ == "DOUBLE" else "<>"
        unlike.append(f"relation.{name} {differs} raw.{name}")
    changed = (
        "select key, version from relation join raw using (key, version)"
        f" where raw.digest is not null and ({' or '.join(unlike)})"
    )
    count = workspace.number(f"select count(*) from ({changed})")
    if not count:
        return
    named = workspace.rows(f"{changed} order by key limit {NAMED}")
    keys = [key for key, _ in named]
    here = sql.SQL("select {} from {} where {} = any(%s)").format(
        sql.SQL(", ").join([source.key, *source.texts, *source.floats, *source.later]),
        source.name,
        source.key,
    )
    with postgres.snapshot(connection):
        relation = {key: row for key, *row in connection.execute(here, [keys]).fetchall()}
    texts = [snowflake_text(*column) for column in columns.texts.items()]
    later = [snowflake_text(*column) for column in columns.later.items()]
    places = " or ".join([f"({warehouse.key(feed)} = %s and {WATERMARK} = %s)"] * len(named))
    there = snowflake.rows(
        target,
        f"select {', '.join([warehouse.key(feed), *texts, *columns.floats, *later])}"
        f" from {feed.raw_table} where {places}",
        [value for place in named for value in place],
    )
    raw = {key: row for key, *row in there}
    sides = ((feed.relation, relation), (feed.raw_table, raw))
    text = f"with other values in {feed.raw_table} than in {feed.relation}"
    add_changed(hop, text, count, keys, columns.names, sides, show_values)
