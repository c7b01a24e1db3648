"""The records of a topic and its dead letters: keys, and digests of the values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import pyarrow as pa
from confluent_kafka import Message

from connectors.registrar.config_values import listed
from connectors.registrar.database import identifier
from connectors.registrar.dead_letters import parse_dead_letter
from connectors.registrar.kafka import Kafka, Partition, offset, topic_partition
from connectors.registrar.lag import reads_committed
from connectors.registrar.records.contract import Field
from connectors.registrar.records.errors import UnreadableError, UnsupportedError
from connectors.registrar.records.reader import Reader, record_reader
from dags.landing.reconcile.warehouse import SEPARATOR

from .canonical import digest_of_text, row_text
from .record_values import Plan, converter, plan
from .sink_columns import Kind, kind_of
from .workspace import Workspace

#: What a record can become; FOREIGN is in another format than the connector now reads.
ROW, TOMBSTONE, NO_ROW, FOREIGN = range(4)
#: Topic, partition and offset.
ORIGIN = {"topic": pa.string(), "partition_id": pa.int32(), "record_offset": pa.int64()}
_RECORD = ORIGIN | {
    "key": pa.string(),
    "kind": pa.int8(),
    "row_text": pa.string(),
    "unfilled_text": pa.string(),
    "handled": pa.bool_(),
}
# Records at the end of a partition among which one is looked for that can be read.
LAST = 50


class Records:
    """Finds in a record's value the key of the row that a sink makes of it, and the row's values.

    Args:
        config: the connector's.

    Attributes:
        columns: field -> what its column of the sink holds; those that are compared.
        skipped: columns that the sink fills and that cannot be compared.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        self._config = config
        self._key = listed(config, "primary.key.fields")
        # Of most sinks the key is one text, which needs no joining.
        self._single = self._key[0] if len(self._key) == 1 else ""
        self.committed_only = reads_committed(config)
        self.columns: dict[str, Kind] = {}
        self.skipped: list[str] = []
        self._reader: Reader | None = None
        self._fields: tuple[Field, ...] | None = None
        self._plan: Plan | None = None
        with suppress(UnsupportedError):
            self._reader = record_reader(config)

    @property
    def is_understood(self) -> bool:
        """Whether the connector's converter is understood here."""
        return self._reader is not None

    def choose_columns(self, types: Mapping[str, str], newest: Sequence[Message]) -> None:
        """Fill `columns` and `skipped`.

        Args:
            types: the sink's columns, with Postgres' types.
            newest: records whose contract counts, from the newest on.
        """
        for field in self._contract(newest):
            column = identifier(self._config, field.name)
            if column not in types:
                continue
            kind = kind_of(types[column])
            if kind is None or converter(field, kind) is None:
                self.skipped.append(column)
            else:
                self.columns[field.name] = kind

    def of(self, message: Message) -> tuple[str, int, str | None, str | None]:
        """The key, what the record can become, and the row's text if it can be compared.

        The second text is that of a row which was written before the contract had the fields that
        the record lacks; None if it lacks none.
        """
        value = message.value()
        if value is None:
            return _own_key(message), TOMBSTONE, None, None
        if self._reader is None:
            return _own_key(message), ROW, None, None
        try:
            row = self._reader.read(value)
            texts = self._texts(row, self._reader.contract(value))
        except UnreadableError:
            kind = FOREIGN if self._reader.is_foreign(value) else NO_ROW
            return _own_key(message), kind, None, None
        key = self._single and row.get(self._single)
        if not isinstance(key, str):
            values = [row.get(field) for field in self._key]
            if None in values:
                return _own_key(message), NO_ROW, None, None
            key = SEPARATOR.join(map(str, values))
        if texts is None or self._plan is None:
            return key, ROW, None, None
        lacks = self._plan.lacks(row)
        unfilled = row_text(self._plan.texts(row, filled=False)) if lacks else None
        return key, ROW, row_text(texts), unfilled

    def texts(self, message: Message) -> list[str | None] | None:
        """The canonical texts of the compared columns; None if they cannot be had."""
        value = message.value()
        if value is None or self._reader is None:
            return None
        try:
            return self._texts(self._reader.read(value), self._reader.contract(value))
        except UnreadableError:
            return None

    def _texts(
        self, row: Mapping[str, object], fields: tuple[Field, ...]
    ) -> list[str | None] | None:
        if fields is not self._fields:
            self._fields, self._plan = fields, plan(fields, self.columns)
        try:
            return self._plan.texts(row) if self._plan else None
        # What its contract does not allow: the sink judges it, the audit only lacks a value.
        except (ValueError, TypeError, ArithmeticError):
            return None

    def _contract(self, newest: Sequence[Message]) -> tuple[Field, ...]:
        # JSON has the connector's contract, whatever is in the topic.
        for value in [message.value() or b"" for message in newest] + [b""]:
            with suppress(UnreadableError):
                return self._reader.contract(value) if self._reader else ()
        return ()


def _own_key(message: Message) -> str:
    """The record's key, which need not be the row's; for what has no other."""
    return (message.key() or b"").decode(errors="replace")


def newest_records(
    kafka: Kafka, begins: Mapping[Partition, int], ends: Mapping[Partition, int]
) -> list[Message]:
    """The last records of each partition, from the newest on."""
    starts = {p: max(begins[p], end - LAST) for p, end in ends.items()}
    found = [message for batch in kafka.batches(starts, ends) for message in batch]
    return sorted(found, key=lambda message: message.timestamp()[1], reverse=True)


def load_records(
    workspace: Workspace,
    kafka: Kafka,
    records: Records,
    begins: Mapping[Partition, int],
    ends: Mapping[Partition, int],
    committed: Mapping[Partition, int],
) -> None:
    """Fill the table `records` with those between two offsets of each partition.

    Args:
        committed: the offsets below which the sink has handled everything.
    """
    workspace.create(
        "records",
        "topic varchar, partition_id integer, record_offset bigint, key varchar, kind tinyint,"
        " digest ubigint, unfilled_digest ubigint, handled boolean",
    )
    digests = [digest_of_text(name) for name in ("row_text", "unfilled_text")]
    columns = f"topic, partition_id, record_offset, key, kind, {', '.join(digests)}, handled"
    for messages in kafka.batches(begins, ends, records.committed_only):
        rows = []
        for message in messages:
            partition, number = topic_partition(message), offset(message)
            handled = number < committed.get(partition, 0)
            rows.append((*partition, number, *records.of(message), handled))
        workspace.insert_rows("records", rows, _RECORD, columns)


def load_dead_letters(workspace: Workspace, kafka: Kafka, topic: str) -> None:
    """Fill the table `dead_letters` with where the records of a dead-letter topic came from.

    Args:
        topic: empty if the connector has none.
    """
    workspace.create("dead_letters", "topic varchar, partition_id integer, record_offset bigint")
    partitions = kafka.partitions(topic) if topic else []
    for messages in kafka.batches(kafka.begins(partitions), kafka.ends(partitions)):
        origins = [parse_dead_letter(message).origin for message in messages]
        workspace.insert_rows("dead_letters", origins, ORIGIN)
