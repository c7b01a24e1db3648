"""The records of a topic and its dead letters, as far as their keys go."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import pyarrow as pa
from confluent_kafka import Message

from connectors.registrar.config_values import listed
from connectors.registrar.dead_letters import parse_dead_letter
from connectors.registrar.kafka import Kafka, Partition, offset, topic_partition
from connectors.registrar.lag import reads_committed
from connectors.registrar.records.errors import UnreadableError, UnsupportedError
from connectors.registrar.records.reader import Read, value_reader
from dags.landing.reconcile.warehouse import SEPARATOR

from .workspace import Workspace

#: What a record can become.
ROW, TOMBSTONE, NO_ROW = range(3)
#: Topic, partition and offset.
ORIGIN = (pa.string(), pa.int32(), pa.int64())


class Keys:
    """Finds the key of the row that a sink makes of a record, which is in the record's value.

    Args:
        config: the connector's.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        self._fields = listed(config, "primary.key.fields")
        self.committed_only = reads_committed(config)
        self._read: Read | None = None
        with suppress(UnsupportedError):
            self._read = value_reader(config, self._fields)

    def of(self, message: Message) -> tuple[str, int]:
        """The key, and what the record can become."""
        key, value = message.key() or b"", message.value()
        if value is None:
            return key.decode(errors="replace"), TOMBSTONE
        if self._read is None:
            return key.decode(errors="replace"), ROW
        try:
            row = self._read(value)
        except UnreadableError:
            return key.decode(errors="replace"), NO_ROW
        values = [row.get(field) for field in self._fields]
        if None in values:
            return key.decode(errors="replace"), NO_ROW
        return SEPARATOR.join(map(str, values)), ROW


def load_records(
    workspace: Workspace,
    kafka: Kafka,
    keys: Keys,
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
        " handled boolean",
    )
    types = (*ORIGIN, pa.string(), pa.int8(), pa.bool_())
    for messages in kafka.batches(begins, ends, keys.committed_only):
        rows = []
        for message in messages:
            partition, number = topic_partition(message), offset(message)
            handled = number < committed.get(partition, 0)
            rows.append((*partition, number, *keys.of(message), handled))
        workspace.insert_rows("records", rows, types)


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
