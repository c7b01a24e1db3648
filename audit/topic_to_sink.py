"""Topic -> sink: each record that the sink has handled is a row of its table or a dead letter.

The row has the values of the last such record of its key. A record that is not handled yet may be
there already, because offsets are committed after rows are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg
from confluent_kafka import Message
from psycopg import sql

from connectors.registrar.config_values import listed
from connectors.registrar.database import from_config, identifier, quoted, table_name
from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka
from connectors.registrar.lag import topics_of
from dags.landing.reconcile.report import NAMED, Hop

from . import acknowledged
from .canonical import DIGEST, postgres_digest
from .changed import add_changed
from .offsets import Offsets
from .records import (
    FOREIGN,
    NO_ROW,
    ROW,
    TOMBSTONE,
    Records,
    load_dead_letters,
    load_records,
    newest_records,
)
from .sink_columns import canonical, column_types
from .workspace import Workspace, joined

#: The column that says when a version of a row was written, where the table has one.
WRITTEN_AT = "ingested_at"

_ALIVE = (
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
# Of a key that is in several partitions nobody knows which record was the last. The last one counts
# even if it has no digest, hence arg_max_null.
_LAST_RECORDS = (
    "select key, topic, partition_id, max(record_offset) as record_offset,"
    " arg_max_null(digest, record_offset) as digest,"
    " arg_max_null(unfilled_digest, record_offset) as unfilled_digest"
    f" from ({_ALIVE}) where kind = {ROW}"
    " group by key, topic, partition_id"
)
_CHANGED = (
    "select l.key from last_records l join sink s on s.key = l.key group by l.key, s.digest"
    " having bool_and(l.digest is not null and l.digest <> s.digest"
    " and l.unfilled_digest is distinct from s.digest)"
    " and not exists (select 1 from records u where not u.handled and u.key = l.key"
    " and (u.digest is null or s.digest in (u.digest, u.unfilled_digest)))"
)
_FOREIGN = f"select * from ({_ALIVE}) where kind = {FOREIGN}"


def compare(
    workspace: Workspace, kafka: Kafka, connector: Definition, show_values: bool
) -> list[Hop]:
    """One hop for each table that the connector writes.

    Args:
        show_values: whether a difference names the values, or only their columns.

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
    return [
        _Table(connector, name, of, show_values).compare(workspace, kafka)
        for name, of in tables.items()
    ]


class _Table:
    """A table and the topics whose records are its rows."""

    def __init__(
        self, connector: Definition, name: tuple[str, ...], topics: list[str], show_values: bool
    ) -> None:
        self._config = connector.config
        self._group = self._config.get("consumer.override.group.id", f"connect-{connector.name}")
        self._name = name
        self._topics = topics
        self._label = ".".join(name)
        self._deletes = self._config.get("delete.enabled", "false").lower() == "true"
        self._records = Records(self._config)
        self._show_values = show_values

    def compare(self, workspace: Workspace, kafka: Kafka) -> Hop:
        hop = Hop(", ".join(self._topics), f"topic -> {self._label}", "keys")
        offsets = self._load(workspace, kafka)
        hop.checked = workspace.number(
            f"select count(distinct key) from records where handled and kind = {ROW}"
        )
        hop.waiting = workspace.number(
            f"select count(distinct r.key) from records r where not r.handled and {_NOT_IN_SINK}"
        )
        offsets.report(hop)
        for text, query in self._differences():
            hop.differs(text, *workspace.named(query, NAMED))
        self._changed(workspace, kafka, hop)
        if hop.differences:
            self._skipped(workspace, hop)
        self._beyond_topic(workspace, hop, offsets)
        self._notes(workspace, hop)
        for topic in self._topics:
            acknowledged.compare(kafka, topic, hop)
        return hop

    def _load(self, workspace: Workspace, kafka: Kafka) -> Offsets:
        """Fill the workspace; returns the offsets that were seen.

        The order matters while data streams: what was committed before the sink is read has to be
        in it, and what is in it was in the topic before the topic's end is asked for.
        """
        partitions = [p for topic in self._topics for p in kafka.partitions(topic)]
        begins, ends = kafka.begins(partitions), kafka.ends(partitions)
        newest = newest_records(kafka, begins, ends)
        first = [each for found in kafka.read(begins, 1).values() for each in found]
        committed = kafka.committed(self._group, partitions)
        with from_config(self._config).connect() as connection:
            self._load_sink(workspace, connection, newest, first)
        offsets = Offsets(self._group, kafka.begins(partitions), kafka.ends(partitions), committed)
        load_records(workspace, kafka, self._records, offsets.begins, offsets.ends, offsets.handled)
        letters = self._config.get("errors.deadletterqueue.topic.name", "")
        load_dead_letters(workspace, kafka, letters)
        workspace.fill("last_records", _LAST_RECORDS)
        return offsets

    def _load_sink(
        self,
        workspace: Workspace,
        connection: psycopg.Connection,
        newest: Sequence[Message],
        first: Sequence[Message],
    ) -> None:
        """Fill the table `sink`; `is_older` are rows that were written before the topic's first."""
        types = column_types(connection, quoted(self._name).as_string(connection))
        self._records.choose_columns(types, newest)
        begun = min((message.timestamp()[1] for message in first), default=None)
        is_older: sql.Composable = sql.SQL("true" if begun is None else "false")
        if begun is not None and WRITTEN_AT in types:
            is_older = sql.SQL("{} < to_timestamp({})").format(
                sql.Identifier(WRITTEN_AT), sql.Literal(begun / 1000)
            )
        query = sql.SQL("select {}, {}, {} from {}").format(
            self._key, postgres_digest(self._texts), is_older, quoted(self._name)
        )
        workspace.create("sink", "key varchar, digest ubigint, is_older boolean")
        read_as = {"key": "VARCHAR", "digest": "VARCHAR", "is_older": "BOOLEAN"}
        workspace.insert_from_postgres(
            "sink", connection, query, read_as, f"key, {DIGEST}, is_older"
        )

    @property
    def _key(self) -> sql.Composed:
        names = listed(self._config, "primary.key.fields")
        columns = [sql.Identifier(identifier(self._config, name)) for name in names]
        return joined([sql.SQL("{}::text").format(column) for column in columns])

    @property
    def _texts(self) -> list[sql.Composed]:
        columns = self._records.columns.items()
        return [canonical(identifier(self._config, name), kind) for name, kind in columns]

    def _differences(self) -> Iterator[tuple[str, str]]:
        """What is wrong with keys, and the query that finds them."""
        yield (
            f"in the topic, and neither in {self._label} nor a dead letter",
            (f"select distinct key from ({self._missing})"),
        )
        kinds = f"{NO_ROW}" if self._deletes else f"{NO_ROW}, {TOMBSTONE}"
        yield (
            "of records that cannot become a row, and have no dead letter",
            f"select distinct key from ({_ALIVE}) where kind in ({kinds})",
        )
        if self._deletes:
            yield (
                f"deleted by the topic's last record, and still in {self._label}",
                f"select key from sink where key in ({_DELETED}) and key not in ({_UNHANDLED})",
            )

    @property
    def _missing(self) -> str:
        """The records whose row is not there."""
        missing = f"select r.* from ({_ALIVE}) r where r.kind = {ROW} and {_NOT_IN_SINK}"
        if self._deletes:
            missing += f" and r.key not in ({_DELETED} union {_UNHANDLED})"
        return missing

    def _changed(self, workspace: Workspace, kafka: Kafka, hop: Hop) -> None:
        """Rows with other values than the last record of their key."""
        if not self._records.columns:
            return
        count, keys = workspace.keys(_CHANGED, NAMED)
        if not count:
            return
        with from_config(self._config).connect() as connection:
            query = sql.SQL("select {key}, {texts} from {table} where {key} = any(%s)").format(
                key=self._key, texts=sql.SQL(", ").join(self._texts), table=quoted(self._name)
            )
            there = {key: texts for key, *texts in connection.execute(query, [keys]).fetchall()}
        names = [identifier(self._config, name) for name in self._records.columns]
        add_changed(
            hop,
            f"with other values in {self._label} than in the last record of their key",
            count,
            keys,
            names,
            (("the topic", self._last_texts(workspace, kafka, keys)), (self._label, there)),
            self._show_values,
        )

    def _last_texts(
        self, workspace: Workspace, kafka: Kafka, keys: Sequence[str]
    ) -> dict[str, list[str | None]]:
        """The canonical texts of the last record of each key, read from the topic once more."""
        found: dict[str, list[str | None]] = {}
        for key in keys:
            place = "select topic, partition_id, record_offset from last_records where key = ?"
            for topic, partition, number in workspace.rows(place, [key]):
                for messages in kafka.read({(topic, partition): number}, 1).values():
                    texts = self._records.texts(messages[0]) if messages else None
                    if texts is not None:
                        found[key] = texts
        return found

    def _skipped(self, workspace: Workspace, hop: Hop) -> None:
        """Which records the missing and changed rows are, for whoever asks why."""
        lost = (
            f"select topic, partition_id, record_offset from ({self._missing}) union"
            " select topic, partition_id, record_offset from last_records"
            f" where key in ({_CHANGED})"
        )
        query = (
            "select topic, partition_id, count(*), min(record_offset), max(record_offset)"
            f" from ({lost}) group by topic, partition_id order by topic, partition_id"
        )
        for topic, partition, count, first, last in workspace.rows(query):
            hop.notes.append(
                f"of {topic}/{partition} {count:,} handled records, offsets {first} to {last}, are"
                f" not in {self._label}: skipped there, or changed since"
            )

    def _beyond_topic(self, workspace: Workspace, hop: Hop, offsets: Offsets) -> None:
        """Rows without a record: invented, or older than what the topic has and can be read."""
        strangers = (
            "select s.key, s.is_older from sink s where not exists (select 1 from records r"
            f" where r.key = s.key and r.kind = {ROW})"
        )
        foreign = workspace.number(f"select count(*) from ({_FOREIGN})")
        if foreign:
            hop.notes.append(
                f"{foreign:,} records are in another format than {self._group} reads now, as those"
                " before a change of format are: they are not compared"
            )
        older = workspace.number(f"select count(*) from ({strangers}) where is_older")
        if offsets.expired or foreign:
            if rest := workspace.number(f"select count(*) from ({strangers})"):
                why = f"the topic's first {offsets.expired:,} records have expired"
                hop.notes.append(
                    f"{rest:,} rows of {self._label} have no record to compare with:"
                    f" {why if offsets.expired else 'they may be those of the other format'}"
                )
            return
        if older:
            hop.notes.append(
                f"{older:,} rows of {self._label} are older than the topic's first record, which"
                " has offset 0: the topic was created again, and their records are gone"
            )
        invented = f"select key from ({strangers}) where not is_older"
        hop.differs(f"in {self._label}, and not in the topic", *workspace.named(invented, NAMED))

    def _notes(self, workspace: Workspace, hop: Hop) -> None:
        """Dead letters, and what could not be compared."""
        letters = workspace.number("select count(*) from dead_letters")
        if letters:
            of = workspace.number("select count(*) from (select distinct * from dead_letters)")
            hop.notes.append(f"{letters:,} dead letters of {of:,} records")
        if not self._records.is_understood:
            hop.notes.append("values are not compared: the connector's converter is not understood")
        elif skipped := self._records.skipped:
            hop.notes.append(f"columns that are not compared: {', '.join(skipped)}")
        unlike = workspace.number("select count(*) from last_records where digest is null")
        if unlike and self._records.columns:
            hop.notes.append(
                f"the values of {unlike:,} records are not compared: their contract is another one"
            )
