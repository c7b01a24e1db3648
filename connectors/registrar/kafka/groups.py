"""Committed offsets and members of consumer groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, KafkaError, TopicPartition

from connectors.registrar.kafka.errors import TIMEOUT, outlasting
from connectors.registrar.kafka.places import Partition

# A group's coordinator moves when a broker starts or is slow.
UNCOORDINATED = {
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
}


def committed(
    settings: Mapping[str, Any], group: str, partitions: Iterable[Partition]
) -> dict[Partition, int]:
    """Committed offsets of a group, without the partitions that have none.

    Raises:
        KafkaDownError: its coordinator does not answer in time.
    """
    wanted = [TopicPartition(*p) for p in partitions]
    with _consumer(settings, group) as consumer:
        found = outlasting(UNCOORDINATED, "Kafka", lambda: consumer.committed(wanted, TIMEOUT))
    return {(str(t.topic), t.partition): t.offset for t in found if t.offset >= 0}


def commit(settings: Mapping[str, Any], group: str, offsets: Mapping[Partition, int]) -> None:
    """Set committed offsets of a group without members.

    Raises:
        KafkaDownError: they are not accepted in time.
    """
    places = [TopicPartition(*p, offset) for p, offset in offsets.items()]
    with _consumer(settings, group) as consumer:
        outlasting(
            UNCOORDINATED,
            f"offsets of {group} were not committed",
            lambda: consumer.commit(offsets=places, asynchronous=False),
        )


@contextmanager
def _consumer(settings: Mapping[str, Any], group: str) -> Iterator[Consumer]:
    consumer = Consumer({**settings, "group.id": group, "enable.auto.commit": False})
    try:
        yield consumer
    finally:
        consumer.close()
