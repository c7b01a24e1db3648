"""Dead letters: records in a dead-letter topic, with the headers of Connect's own reporter.

Source of the header names: DeadLetterQueueReporter.java of Kafka 4.3.1 (KIP-298).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Message

from connectors.registrar.kafka import Kafka, Partition, next_offset, offset, topic_partition

PREFIX = "__connect.errors."
#: Topic, partition and offset of a record.
Origin = tuple[str, int, int]


@dataclass(frozen=True)
class DeadLetter:
    """A record that could not be written.

    Attributes:
        message: the record as it was.
        headers: what Connect's reporter added, without the prefix: why it is here.
    """

    message: Message
    headers: Mapping[str, str]

    @property
    def origin(self) -> Origin:
        """Where the record came from; a repeat has the same origin, and "" is not known."""
        topic, partition, number = map(self._header, ("topic", "partition", "offset"))
        if topic and partition.isdecimal() and number.isdecimal():
            return (topic, int(partition), int(number))
        return ("", 0, offset(self.message))

    @property
    def stage(self) -> str:
        """Connect's name of the step that failed, such as VALUE_CONVERTER."""
        return self._header("stage") or "unknown stage"

    @property
    def reason(self) -> str:
        """Exception and first line of its message."""
        name = self._header("exception.class.name").rpartition(".")[2]
        text = self._header("exception.message").strip().splitlines()
        return f"{name}: {text[0]}" if text else name or "no reason given (headers are off)"

    def _header(self, name: str) -> str:
        return self.headers.get(name, "")


class DeadLetterTopic:
    """A dead-letter topic, read from where the last reading ended."""

    def __init__(self, kafka: Kafka, topic: str) -> None:
        self._kafka = kafka
        self._topic = topic
        self._next: dict[Partition, int] = {}

    def read(self) -> Iterator[DeadLetter]:
        """What has arrived since the last call, all at the first; nothing is kept in memory."""
        partitions = self._kafka.partitions(self._topic)
        begins, ends = self._kafka.begins(partitions), self._kafka.ends(partitions)
        starts = {p: max(begins[p], self._next.get(p, 0)) for p in partitions}
        for messages in self._kafka.batches(starts, ends):
            for message in messages:
                yield parse_dead_letter(message)
                self._next[topic_partition(message)] = next_offset(message)


def parse_dead_letter(message: Message) -> DeadLetter:
    """A message of a dead-letter topic."""
    headers = {
        name.removeprefix(PREFIX): _header_text(value)
        for name, value in _headers(message)
        if name.startswith(PREFIX)
    }
    return DeadLetter(message, headers)


def _header_text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def original_headers(message: Message) -> list[tuple[str, Any]]:
    """Headers that the record had before it became a dead letter."""
    return [(name, value) for name, value in _headers(message) if not name.startswith(PREFIX)]


def _headers(message: Message) -> list[tuple[str, Any]]:
    headers = message.headers() or []
    return list(headers.items() if isinstance(headers, Mapping) else headers)
