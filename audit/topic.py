"""Topic -> sink: each record that the sink has handled is a row of its table or a dead letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import psycopg
from psycopg import sql

from connectors.registrar.database import from_config, identifier, quoted, table_name
from connectors.registrar.definition import Definition
from connectors.registrar.kafka import Kafka, Partition
from connectors.registrar.lag import topics_of
from dags.landing.reconcile.report import NAMED, Hop

from . import acknowledged
from .records import NO_ROW, ROW, TOMBSTONE, Keys, load, load_letters
from .workspace import Workspace, joined

_UNANSWERED = (
    "select r.* from records r where r.handled and not exists (select 1 from letters l"
    " where l.topic = r.topic and l.number = r.number and l.position = r.position)"
)
_NO_ROW_OF = "not exists (select 1 from sink s where s.key = {}.key)"
_DELETED = (
    "select key, arg_max(kind, position) = {kind} as is_deleted from records"
    " where {condition} group by key"
)


def compare(workspace: Workspace, kafka: Kafka, connector: Definition) -> list[Hop]:
    """One hop for each table that the connector writes.

    Raises:
        RegistrarError: Kafka is away, or the configuration is not that of a Postgres sink.
        psycopg.Error: Postgres is away or refuses.
    """
    config = connector.config
    tables: dict[tuple[str, ...], list[str]] = {}
    for topic in topics_of(config):
        tables.setdefault(table_name(config, topic), []).append(topic)
    return [
        _Table(connector, name, topics).compare(workspace, kafka) for name, topics in tables.items()
    ]


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
            "select count(distinct r.key) from records r where not r.handled and "
            + _NO_ROW_OF.format("r")
        )
        if letters := workspace.number("select count(*) from (select distinct * from letters)"):
            hop.notes.append(f"{letters:,} records are dead letters")
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
        workspace.create(
            "records",
            "topic varchar, number integer, position bigint, key varchar, kind tinyint,"
            " handled boolean",
        )
        workspace.create("letters", "topic varchar, number integer, position bigint")
        workspace.create("sink", "key varchar")
        partitions = [p for topic in self._topics for p in kafka.partitions(topic)]
        done = kafka.committed(self._group, partitions)
        with from_config(self._config).connect() as connection:
            self._load_sink(workspace, connection)
        begins, ends = kafka.begins(partitions), kafka.ends(partitions)
        load(workspace, kafka, Keys(self._config), begins, ends, done)
        letters = self._config.get("errors.deadletterqueue.topic.name", "")
        if letters:
            load_letters(workspace, kafka, letters)
        return begins

    def _load_sink(self, workspace: Workspace, connection: psycopg.Connection) -> None:
        names = [name.strip() for name in self._config.get("primary.key.fields", "").split(",")]
        columns = [sql.Identifier(identifier(self._config, name)) for name in names if name]
        key = joined([sql.SQL("{}::text").format(column) for column in columns])
        query = sql.SQL("select {} from {}").format(key, quoted(self._name))
        workspace.insert_from_postgres("sink", connection, query, "{key: 'VARCHAR'}")

    def _differences(self) -> Iterator[tuple[str, str]]:
        """What is wrong, and the query that finds its keys."""
        unhandled = "select key from records where not handled"
        deleted = (
            f"select key from ({_DELETED.format(kind=TOMBSTONE, condition='handled')})"
            " where is_deleted"
        )
        missing = (
            f"select distinct r.key from ({_UNANSWERED}) r where r.kind = {ROW} and "
            + _NO_ROW_OF.format("r")
        )
        if self._deletes:
            missing += f" and r.key not in ({deleted} union {unhandled})"
        yield f"in the topic, and neither in {self._label} nor a dead letter", missing
        kinds = f"{NO_ROW}" if self._deletes else f"{NO_ROW}, {TOMBSTONE}"
        yield (
            "of records that cannot become a row, and there is no dead letter of them",
            f"select distinct key from ({_UNANSWERED}) where kind in ({kinds})",
        )
        if self._deletes:
            yield (
                f"deleted by the topic's last record, and still in {self._label}",
                f"select key from sink where key in ({deleted}) and key not in ({unhandled})",
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
