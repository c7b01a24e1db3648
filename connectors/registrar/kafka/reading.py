"""Records between two offsets of partitions."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from connectors.registrar.kafka.errors import KafkaDownError, kafka_down, new_client
from connectors.registrar.kafka.offsets import Partition, next_offset, offset, topic_partition

# Seconds without a record after which no more are expected.
TIMEOUT = 15.0
# Records that the client hands over at once, and seconds it waits for so many.
BATCH = 10_000
BATCH_SECONDS = 0.1
SETTINGS: dict[str, Any] = {
    # Only a name that the client asks for: nothing is subscribed or committed under it.
    "group.id": "registrar-reader",
    "enable.auto.commit": False,
    "enable.partition.eof": True,
    "fetch.wait.max.ms": 50,
    # A record that has expired is an error to report, not to be skipped.
    "auto.offset.reset": "error",
}


def batches(
    settings: Mapping[str, Any],
    starts: Mapping[Partition, int],
    ends: Mapping[Partition, int],
    limit: float = math.inf,
    committed_only: bool = False,
) -> Iterator[list[Message]]:
    """Records from the starts up to the ends as they come, at most `limit` of each partition.

    Raises:
        KafkaDownError: the records did not come in time.
    """
    level = "read_committed" if committed_only else "read_uncommitted"
    wanted = _Wanted(starts, ends, limit)
    consumer = new_client(Consumer, {**settings, **SETTINGS, "isolation.level": level})
    try:
        consumer.assign([TopicPartition(*p, starts[p]) for p in wanted.room])
        deadline = time.monotonic() + TIMEOUT
        while wanted.room:
            if messages := consumer.consume(BATCH, BATCH_SECONDS):
                deadline = time.monotonic() + TIMEOUT
                yield [message for message in messages if wanted.takes(message)]
            elif time.monotonic() > deadline:
                missing = ", ".join(f"{topic}/{number}" for topic, number in wanted.room)
                raise KafkaDownError(f"Kafka sent no records of {missing} in {TIMEOUT:.0f} s")
    except KafkaException as error:
        raise kafka_down(error) from None
    finally:
        consumer.close()


class _Wanted:
    """What is still to come.

    Attributes:
        room: how many more records are wanted of each partition that has not been read to its end.
    """

    def __init__(
        self, starts: Mapping[Partition, int], ends: Mapping[Partition, int], limit: float
    ) -> None:
        self.room = {p: limit for p, start in starts.items() if start < ends[p]}
        self._ends = ends

    def takes(self, message: Message) -> bool:
        """Whether it is one of the wanted records."""
        error, at = message.error(), topic_partition(message)
        at_end = error is not None and error.code() == KafkaError._PARTITION_EOF
        if error is not None and not at_end:
            raise kafka_down(error)
        if at not in self.room:
            return False
        taken = not at_end and offset(message) < self._ends[at]
        self.room[at] -= taken
        # The last offsets may be a transaction's markers, which are never handed over.
        if at_end or next_offset(message) >= self._ends[at] or not self.room[at]:
            del self.room[at]
        return taken
