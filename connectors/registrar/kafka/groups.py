"""Committed offsets and members of consumer groups."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from registrar.kafka.errors import down, reason
from registrar.kafka.places import Partition

TIMEOUT = 15.0
POLL_SECONDS = 0.2
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
    deadline = time.monotonic() + TIMEOUT
    with _consumer(settings, group) as consumer:
        while True:
            try:
                found = consumer.committed(wanted, TIMEOUT)
                return {(str(t.topic), t.partition): t.offset for t in found if t.offset >= 0}
            except KafkaException as error:
                if reason(error).code() not in UNCOORDINATED or time.monotonic() > deadline:
                    raise down(error) from None
            time.sleep(POLL_SECONDS)


def commit(settings: Mapping[str, Any], group: str, offsets: Mapping[Partition, int]) -> None:
    """Set committed offsets of a group without members.

    Raises:
        KafkaDownError: they are not accepted in time.
    """
    places = [TopicPartition(*p, offset) for p, offset in offsets.items()]
    deadline = time.monotonic() + TIMEOUT
    with _consumer(settings, group) as consumer:
        while True:
            try:
                consumer.commit(offsets=places, asynchronous=False)
                return
            except KafkaException as error:
                if reason(error).code() not in UNCOORDINATED or time.monotonic() > deadline:
                    raise down(error, f"offsets of {group} were not committed") from None
            time.sleep(POLL_SECONDS)


@contextmanager
def _consumer(settings: Mapping[str, Any], group: str) -> Iterator[Consumer]:
    consumer = Consumer({**settings, "group.id": group, "enable.auto.commit": False})
    try:
        yield consumer
    finally:
        consumer.close()
