"""The records of a topic and its dead letters, as far as their keys go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
from confluent_kafka import Message

from connectors.registrar.dead_letters import parse_dead_letter
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka, Partition
from connectors.registrar.records.errors import RecordError
from connectors.registrar.records.reader import RowReader
from dags.landing.reconcile.warehouse import SEPARATOR

from .workspace import Workspace

#: What a record can become.
ROW, TOMBSTONE, NO_ROW = range(3)


class Keys:
    """Finds the key of the row that a sink makes of a record.

    The message's own key is that key when its bytes stand in the value too, which is cheap to see.
    Any other record is read as the sink reads it.

    Args:
        config: the connector's.
    """

    def __init__(self, config: Mapping[str, str]) -> None:
        fields = config.get("primary.key.fields", "").split(",")
        self._fields = [field.strip() for field in fields if field.strip()]
        self._single = len(self._fields) == 1
        level = config.get("consumer.override.isolation.level", "read_uncommitted")
        self.committed_only = level == "read_committed"
        try:
            self._reader: RowReader | None = RowReader(config)
        except RegistrarError:
            self._reader = None

    def of(self, message: Message) -> tuple[str, int]:
        """The key, and what the record can become."""
        key, value = message.key() or b"", message.value()
        if value is None:
            return key.decode(errors="replace"), TOMBSTONE
        if self._reader is None or (self._single and key and key in value):
            return key.decode(errors="replace"), ROW
        try:
            row = self._reader.values(message)
        except RecordError:
            return key.decode(errors="replace"), NO_ROW
        values = [row.get(field) for field in self._fields]
        if None in values:
            return key.decode(errors="replace"), NO_ROW
        return SEPARATOR.join(map(str, values)), ROW


def load(
    workspace: Workspace,
    kafka: Kafka,
    keys: Keys,
    begins: Mapping[Partition, int],
    ends: Mapping[Partition, int],
    done: Mapping[Partition, int],
) -> None:
    """Add the records between two offsets of each partition to the table `records`.

    Args:
        done: the offset below which the sink has handled everything.
    """
    for messages in kafka.batches(begins, ends, keys.committed_only):
        found = [keys.of(message) for message in messages]
        below = [
            int(m.offset() or 0) < done.get((str(m.topic()), int(m.partition() or 0)), 0)
            for m in messages
        ]
        workspace.insert_columns(
            "records",
            [
                *_places(messages),
                pa.array([key for key, _ in found], pa.string()),
                pa.array([kind for _, kind in found], pa.int8()),
                pa.array(below, pa.bool_()),
            ],
        )


def load_letters(workspace: Workspace, kafka: Kafka, topic: str) -> None:
    """Add where the records of a dead-letter topic came from to the table `letters`."""
    partitions = kafka.partitions(topic)
    for messages in kafka.batches(kafka.begins(partitions), kafka.ends(partitions)):
        places = [parse_dead_letter(message).origin for message in messages]
        columns = zip(*places, strict=True)
        types = (pa.string(), pa.int32(), pa.int64())
        workspace.insert_columns(
            "letters", [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
        )


def _places(messages: Sequence[Message]) -> list[pa.Array]:
    return [
        pa.array([m.topic() for m in messages], pa.string()),
        pa.array([m.partition() for m in messages], pa.int32()),
        pa.array([m.offset() for m in messages], pa.int64()),
    ]
