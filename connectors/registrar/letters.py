"""Dead letters: records in a dead-letter topic, with the headers of Connect's own reporter.

Source of the header names: DeadLetterQueueReporter.java of Kafka 4.3.1 (KIP-298).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Message

from registrar.kafka import Kafka, Partition

PREFIX = "__connect.errors."
CHUNK = 50_000


@dataclass(frozen=True)
class Letter:
    """One dead letter: the record as it was, and why it is here."""

    message: Message
    headers: Mapping[str, str]

    @property
    def origin(self) -> tuple[str, int, int]:
        """Topic, partition and offset of the record; a repeat has the same origin."""
        number = self.headers.get("offset", "")
        if not number.isdigit():
            return ("", 0, int(self.message.offset() or 0))
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

    def read(self) -> list[Letter]:
        """Letters that arrived since the last call, all at the first."""
        letters: list[Letter] = []
        while True:
            partitions = self._kafka.partitions(self._topic)
            begins = self._kafka.begins(partitions)
            starts = {p: max(begins[p], self._next.get(p, 0)) for p in partitions}
            found = self._kafka.read(starts, CHUNK)
            for partition, messages in found.items():
                self._next[partition] = starts[partition]
                for message in messages:
                    letters.append(opened(message))
                    self._next[partition] = int(message.offset() or 0) + 1
            if not any(len(messages) == CHUNK for messages in found.values()):
                return letters


def opened(message: Message) -> Letter:
    """A message of a dead-letter topic as a letter."""
    return Letter(message, _context(message))


def _context(message: Message) -> dict[str, str]:
    headers = message.headers() or []
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {
        name.removeprefix(PREFIX): _header_text(value)
        for name, value in pairs
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
    headers = message.headers() or []
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [(name, value) for name, value in pairs if not name.startswith(PREFIX)]
