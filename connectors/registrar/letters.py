"""Dead letters: records in a dead-letter topic, with the headers of Connect's own reporter.

Source of the header names: DeadLetterQueueReporter.java of Kafka 4.3.1 (KIP-298).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Message

from connectors.registrar.kafka import Kafka, Partition, after, offset, place

PREFIX = "__connect.errors."
#: Topic, partition and offset of a record.
Origin = tuple[str, int, int]


@dataclass(frozen=True)
class Letter:
    """One dead letter: the record as it was, and why it is here."""

    message: Message
    headers: Mapping[str, str]

    @property
    def origin(self) -> Origin:
        """Topic, partition and offset of the record; a repeat has the same origin."""
        number = self.headers.get("offset", "")
        if not number.isdigit():
            return ("", 0, offset(self.message))
        return (self.headers["topic"], int(self.headers["partition"]), int(number))

    @property
    def stage(self) -> str:
        return self.headers.get("stage", "unknown stage")

    @property
    def reason(self) -> str:
        """Exception and first line of its message."""
        name = self.headers.get("exception.class.name", "").rpartition(".")[2]
        text = (self.headers.get("exception.message") or "").strip().splitlines()
        return f"{name}: {text[0]}" if text else name or "no reason given (headers are off)"


class DeadLetters:
    """A dead-letter topic, read from where the last reading ended."""

    def __init__(self, kafka: Kafka, topic: str) -> None:
        self._kafka = kafka
        self._topic = topic
        self._next: dict[Partition, int] = {}

    def read(self) -> Iterator[Letter]:
        """Letters that arrived since the last call, all at the first; none is kept in memory."""
        partitions = self._kafka.partitions(self._topic)
        begins, ends = self._kafka.begins(partitions), self._kafka.ends(partitions)
        starts = {p: max(begins[p], self._next.get(p, 0)) for p in partitions}
        for messages in self._kafka.batches(starts, ends):
            for message in messages:
                yield opened(message)
                self._next[place(message)] = after(message)


def opened(message: Message) -> Letter:
    """A message of a dead-letter topic as a letter."""
    return Letter(message, _context(message))


def _context(message: Message) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX): _header_text(value)
        for name, value in _headers(message)
        if name.startswith(PREFIX)
    }


def _header_text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def letter(topic: str, message: Message, context: Mapping[str, str]) -> dict[str, Any]:
    """Arguments for Kafka.send: the record as it was, with its context in headers."""
    origin = {
        "topic": str(message.topic()),
        "partition": str(message.partition()),
        "offset": str(message.offset()),
    }
    added = [(PREFIX + k, v.encode()) for k, v in {**origin, **context}.items() if v]
    kind, timestamp = message.timestamp()
    return {
        "topic": topic,
        "value": message.value(),
        "key": message.key(),
        "headers": [*original_headers(message), *added],
        **({"timestamp": timestamp} if kind else {}),
    }


def original_headers(message: Message) -> list[tuple[str, Any]]:
    """Headers that the record had before it became a dead letter."""
    return [(name, value) for name, value in _headers(message) if not name.startswith(PREFIX)]


def _headers(message: Message) -> list[tuple[str, Any]]:
    headers = message.headers() or []
    return list(headers.items() if isinstance(headers, Mapping) else headers)


def origin_of(arguments: Mapping[str, Any]) -> Origin:
    """The origin that `letter` wrote into these arguments."""
    headers = dict(arguments["headers"])
    topic, partition, number = (
        headers[PREFIX + name].decode() for name in ("topic", "partition", "offset")
    )
    return (topic, int(partition), int(number))
