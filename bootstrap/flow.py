"""Counts the rows at every hop, from the systems themselves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import psycopg
import snowflake.connector

import settings
from bootstrap.postgres import provision
from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka
from connectors.registrar.lag import measure_lag
from connectors.registrar.rest import Connect
from connectors.registrar.targets import load_definitions
from dags.landing import feeds
from dags.landing import notices as landing_notices
from dags.landing.ledger import TOLD_ONCE
from dags.landing.postgres import oldest_transaction
from dags.landing.snowflake import connect_from_env, rows


@dataclass(frozen=True)
class StreamFlow:
    """Rows of one stream at each hop; None where the system did not answer."""

    topic: int | None
    dead_letter: int | None
    sink: int | None
    raw: int | None
    mart: int | None


@dataclass(frozen=True)
class FileFlow:
    """Files of one feed, and what became of them and their rows.

    Attributes:
        refused: files whose newest content did not land, and will not without a person's help.
    """

    files: int
    refused: int
    parsed: int
    loaded: int
    rejected: int


def count() -> dict[str, Any]:
    """{"flow": {topic: hops}, "files": {feed: rows}} as `status --json` prints them."""
    every = feeds.load()
    with _snowflake() as warehouse:
        flow = {c.config["topics"]: asdict(_stream(c, every, warehouse)) for c in _connectors()}
        files = {
            feed.name: _files(feed, warehouse) for feed in every if isinstance(feed, feeds.FileFeed)
        }
    return {"flow": flow, "files": {name: asdict(f) for name, f in files.items() if f}}


def open_transaction() -> dict[str, Any] | None:
    """The oldest transaction that rows in Postgres wait for before they can land."""
    try:
        with provision.connect(settings.get("POSTGRES_DB")) as database:
            found = oldest_transaction(database)
    except psycopg.Error:
        return None
    return asdict(found) if found else None


def notices() -> list[dict[str, str]]:
    """What a person should look at of the feeds, though nothing failed."""
    with _snowflake() as warehouse:
        found = landing_notices.of_feeds(warehouse, feeds.load()) if warehouse else ()
        return [{"feed": n.feed, "kind": n.kind, "text": n.text} for n in found]


def messages() -> int:
    """Messages in all topics that a connector of this project reads."""
    return sum(_messages(connector.config["topics"]) or 0 for connector in _connectors())


def lag() -> int:
    """Messages that the connectors have not committed yet."""
    connect = Connect(settings.connect_url())
    return sum(measure_lag(connect, _kafka(), c.name, c.config).total for c in _connectors())


def _connectors() -> list[Definition]:
    return load_definitions([], settings.ROOT / "connectors")


def _kafka() -> Kafka:
    return Kafka(settings.kafka_client())


@contextlib.contextmanager
def _snowflake() -> Iterator[snowflake.connector.SnowflakeConnection | None]:
    try:
        connection = connect_from_env()
    except snowflake.connector.Error:
        yield None
        return
    with connection:
        yield connection


def _stream(connector: Definition, every: list[feeds.Feed], warehouse: Any) -> StreamFlow:
    table = connector.config["collection.name.format"]
    found = StreamFlow(
        topic=_messages(connector.config["topics"]),
        dead_letter=_messages(connector.config["errors.deadletterqueue.topic.name"]),
        sink=_postgres(f"select count(*) from {table}"),
        raw=None,
        mart=None,
    )
    for feed in every:
        if isinstance(feed, feeds.StreamFeed) and table in _tables_behind(feed.relation):
            raw = _count(warehouse, f"select count(*) from {feed.schema}.{feed.table}")
            return replace(found, raw=raw, mart=_in_mart(feed, warehouse))
    return found


def _in_mart(feed: feeds.Feed, warehouse: Any) -> int | None:
    if feed.mart is None:
        return None
    keys = ", ".join(feed.key)
    where = f"from {feed.mart.model} where {feed.mart.where}"
    return _count(warehouse, f"select count(*) from (select distinct {keys} {where}) as keys")


def _tables_behind(relation: str) -> list[str]:
    """The tables that a view reads; the relation itself if it is a table."""
    query = (
        "select table_schema || '.' || table_name from information_schema.view_table_usage "
        "where view_schema || '.' || view_name = %s"
    )
    try:
        with provision.connect(settings.get("POSTGRES_DB")) as database:
            return [relation, *(name for (name,) in database.execute(query, [relation]))]
    except psycopg.Error:
        return [relation]


def _postgres(query: str) -> int | None:
    try:
        with provision.connect(settings.get("POSTGRES_DB")) as database:
            row = database.execute(query.encode()).fetchone()
            return int(row[0]) if row else None
    except psycopg.Error:
        return None


def _messages(topic: str) -> int | None:
    """Messages in a topic now: the distance between its first and last offsets."""
    try:
        return _kafka().count(topic)
    except RegistrarError:
        return None


def _count(warehouse: Any, query: str) -> int | None:
    if warehouse is None:
        return None
    try:
        return int(rows(warehouse, query)[0][0])
    except snowflake.connector.Error:
        # The table is created by the first landing, the mart by the first transformation.
        return 0


def _files(feed: feeds.Feed, warehouse: Any) -> FileFlow | None:
    if warehouse is None:
        return None
    query = (
        # Not COUNT_IF: of no line at all it may be null.
        "select count(distinct source_file), count(case when is_newest and state in ('refused',"
        " 'postponed') then 1 end), coalesce(sum(rows_parsed), 0), coalesce(sum(rows_loaded), 0),"
        " coalesce(sum(rows_rejected), 0) from (select *, row_number() over (partition by"
        f" source_file order by staged_at desc) = 1 as is_newest from {feed.schema}.LANDED_FILES"
        f" where feed = %s and state not in {TOLD_ONCE}) lines"
    )
    try:
        return FileFlow(*map(int, rows(warehouse, query, [feed.name])[0]))
    except snowflake.connector.Error:
        return FileFlow(0, 0, 0, 0, 0)
