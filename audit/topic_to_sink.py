"""Topic -> sink: each record that the sink has handled is a row of its table or a dead letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import psycopg
from psycopg import sql

from connectors.registrar.config_values import listed
from connectors.registrar.database import from_config, identifier, quoted, table_name
from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka, Partition
from connectors.registrar.lag import topics_of
from dags.landing.reconcile.report import NAMED, Hop

from . import acknowledged
from .records import NO_ROW, ROW, TOMBSTONE, Keys, load_dead_letters, load_records
from .workspace import Workspace, joined

_NOT_DEAD = (
    "select r.* from records r where r.handled and not exists (select 1 from dead_letters d"
    " where d.topic = r.topic and d.partition_id = r.partition_id"
    " and d.record_offset = r.record_offset)"
)
_NOT_IN_SINK = "not exists (select 1 from sink s where s.key = r.key)"
_UNHANDLED = "select key from records where not handled"
_DELETED = (
    f"select key from (select key, arg_max(kind, record_offset) = {TOMBSTONE} as is_deleted"
    " from records where handled group by key) where is_deleted"
)


def compare(workspace: Workspace, kafka: Kafka, connector: Definition) -> list[Hop]:
    """One hop for each table that the connector writes.

    Raises:
        RegistrarError: Kafka is unreachable, or the connector is not a Postgres sink that lists
            its topics.
        psycopg.Error: Postgres is unreachable or refuses.
    """
    config = connector.config
    topics = topics_of(config)
    if not topics:
        raise RegistrarError(
            f"{connector.name} cannot be audited: only a sink that lists its `topics` can"
        )
    tables: dict[tuple[str, ...], list[str]] = {}
    for topic in topics:
        tables.setdefault(table_name(config, topic), []).append(topic)
    return [_Table(connector, name, of).compare(workspace, kafka) for name, of in tables.items()]


class _Table:
    """A table and the topics whose records are its rows."""

    def __init__(self, connector: Definition, name: tuple[str, ...], topics: list[str]) -> None:
        self._config = connector.config
        self._group = self._config.get("consumer.override.group.id", f"connect-{connector.name}")
        self._name = name
        self._topics = topics
        self._label = ".".join(name)
        self._deletes = self._config.get("delete.enabled", "false").lower() == "true"

    def compare(self, workspace: Workspace, kafka: Kafka) -> Hop:
        hop = Hop(", ".join(self._topics), f"topic -> {self._label}", "keys")
        begins = self._load(workspace, kafka)
        hop.checked = workspace.number(
            f"select count(distinct key) from records where handled and kind = {ROW}"
        )
        hop.waiting = workspace.number(
            f"select count(distinct r.key) from records r where not r.handled and {_NOT_IN_SINK}"
        )
        dead = workspace.number("select count(*) from (select distinct * from dead_letters)")
        if dead:
            hop.notes.append(f"{dead:,} records are dead letters")
        for text, query in self._differences():
            hop.differs(text, *workspace.named(query, NAMED))
        self._beyond_topic(workspace, hop, begins)
        for topic in self._topics:
            acknowledged.compare(kafka, topic, hop)
        return hop

    def _load(self, workspace: Workspace, kafka: Kafka) -> Mapping[Partition, int]:
        """Fill the workspace; returns the topics' first offsets.

        The order matters while data streams: what was committed before the sink is read has to be
        in it, and what is in it was in the topic before the topic's end is asked for.
        """
        partitions = [p for topic in self._topics for p in kafka.partitions(topic)]
        committed = kafka.committed(self._group, partitions)
        with from_config(self._config).connect() as connection:
            self._load_sink(workspace, connection)
        begins, ends = kafka.begins(partitions), kafka.ends(partitions)
        load_records(workspace, kafka, Keys(self._config), begins, ends, committed)
        topic = self._config.get("errors.deadletterqueue.topic.name", "")
        load_dead_letters(workspace, kafka, topic)
        return begins

    def _load_sink(self, workspace: Workspace, connection: psycopg.Connection) -> None:
        names = listed(self._config, "primary.key.fields")
        columns = [sql.Identifier(identifier(self._config, name)) for name in names]
        key = joined([sql.SQL("{}::text").format(column) for column in columns])
        query = sql.SQL("select {} from {}").format(key, quoted(self._name))
        workspace.create("sink", "key varchar")
        workspace.insert_from_postgres("sink", connection, query, "{key: 'VARCHAR'}")

    def _differences(self) -> Iterator[tuple[str, str]]:
        """What is wrong, and the query that finds its keys."""
        missing = (
            f"select distinct r.key from ({_NOT_DEAD}) r where r.kind = {ROW} and {_NOT_IN_SINK}"
        )
        if self._deletes:
            missing += f" and r.key not in ({_DELETED} union {_UNHANDLED})"
        yield f"in the topic, and neither in {self._label} nor a dead letter", missing
        kinds = f"{NO_ROW}" if self._deletes else f"{NO_ROW}, {TOMBSTONE}"
        yield (
            "of records that cannot become a row, and have no dead letter",
            f"select distinct key from ({_NOT_DEAD}) where kind in ({kinds})",
        )
        if self._deletes:
            yield (
                f"deleted by the topic's last record, and still in {self._label}",
                f"select key from sink where key in ({_DELETED}) and key not in ({_UNHANDLED})",
            )

    def _beyond_topic(
        self, workspace: Workspace, hop: Hop, begins: Mapping[Partition, int]
    ) -> None:
        expired = sum(begins.values())
        query = (
            "select s.key from sink s where not exists (select 1 from records r"
            f" where r.key = s.key and r.kind = {ROW})"
        )
        if not expired:
            hop.differs(f"in {self._label}, and not in the topic", *workspace.named(query, NAMED))
        elif rest := workspace.number(f"select count(*) from ({query})"):
            hop.notes.append(
                f"{rest:,} rows of {self._label} have no record to compare with: the topic's first"
                f" {expired:,} records have expired"
            )
