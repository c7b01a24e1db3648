"""Counts the rows at every hop, from the systems themselves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
import snowflake.connector
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from landing import feeds
from landing.snowflake import connect_from_env, rows
from registrar.definition import Definition
from registrar.targets import definitions

from bootstrap import settings
from bootstrap.postgres import provision


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
    """Files of one feed, and what became of their rows."""

    files: int
    parsed: int
    loaded: int
    rejected: int


def count() -> dict[str, Any]:
    """{"flow": {stream: hops}, "files": {feed: rows}} as `status --json` prints them."""
    every = feeds.load()
    streams = [feed for feed in every if isinstance(feed, feeds.StreamFeed)]
    connectors = _connectors()
    with _snowflake() as warehouse:
        flow = {
            connector.config["topics"]: asdict(_stream(feed, connector, warehouse))
            for feed in streams
            for connector in connectors
            if connector.config.get("collection.name.format") in _tables_behind(feed.relation)
        }
        files = {feed.name: _files(feed, warehouse) for feed in every if feed not in streams}
    return {"flow": flow, "files": {name: asdict(f) for name, f in files.items() if f}}


def messages() -> int:
    """Messages in all topics that a connector of this project reads."""
    return sum(_messages(connector.config["topics"]) or 0 for connector in _connectors())


def lag() -> int:
    """Messages that connectors have not committed yet."""
    admin = _admin()
    return sum(_lag(admin, connector) for connector in _connectors())


def _connectors() -> list[Definition]:
    return definitions([], settings.ROOT / "connectors")


def _admin() -> AdminClient:
    return AdminClient(
        {"bootstrap.servers": settings.get("KAFKA_BOOTSTRAP_SERVERS"), "log_level": 0}
    )


def _partitions(admin: AdminClient, topic: str) -> list[TopicPartition]:
    found = admin.list_topics(topic, timeout=5).topics[topic]
    return [TopicPartition(topic, number) for number in found.partitions]


def _ends(admin: AdminClient, topic: str, spec: OffsetSpec) -> dict[int, int]:
    asked = admin.list_offsets(dict.fromkeys(_partitions(admin, topic), spec))
    return {p.partition: answer.result(5).offset for p, answer in asked.items()}


def _lag(admin: AdminClient, connector: Definition) -> int:
    topic, group = connector.config["topics"], f"connect-{connector.name}"
    ends = _ends(admin, topic, OffsetSpec.latest())
    starts = _ends(admin, topic, OffsetSpec.earliest())
    request = [ConsumerGroupTopicPartitions(group, _partitions(admin, topic))]
    answer = admin.list_consumer_group_offsets(request)[group].result(5)
    # A partition that was never committed has offset -1001.
    at = {p.partition: p.offset for p in answer.topic_partitions if p.offset >= 0}
    return sum(end - at.get(number, starts[number]) for number, end in ends.items())


@contextlib.contextmanager
def _snowflake() -> Iterator[snowflake.connector.SnowflakeConnection | None]:
    try:
        connection = connect_from_env()
    except snowflake.connector.Error:
        yield None
        return
    with connection:
        yield connection


def _stream(feed: feeds.StreamFeed, connector: Definition, warehouse: Any) -> StreamFlow:
    table = connector.config["collection.name.format"]
    return StreamFlow(
        topic=_messages(connector.config["topics"]),
        dead_letter=_messages(connector.config["errors.deadletterqueue.topic.name"]),
        sink=_postgres(f"select count(*) from {table}"),
        raw=_count(warehouse, f"select count(*) from {feed.schema}.{feed.table}"),
        mart=_count(warehouse, feed.mart_count) if feed.mart_count else None,
    )


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
    admin = _admin()
    try:
        first, last = (_ends(admin, topic, s) for s in (OffsetSpec.earliest(), OffsetSpec.latest()))
    except KafkaException:
        return None
    return sum(last.values()) - sum(first.values())


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
        "select count(distinct source_file), coalesce(sum(rows_parsed), 0), "
        "coalesce(sum(rows_loaded), 0), coalesce(sum(rows_rejected), 0) "
        f"from {feed.schema}.LANDED_FILES where feed = %s"
    )
    try:
        return FileFlow(*map(int, rows(warehouse, query, [feed.name])[0]))
    except snowflake.connector.Error:
        return FileFlow(0, 0, 0, 0)
