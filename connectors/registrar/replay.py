"""`dead-letters`: why records ended there, and back to their topic after a fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from registrar.errors import RegistrarError
from registrar.kafka import Kafka, Partition
from registrar.letters import DeadLetters, Letter, original_headers
from registrar.records.errors import RecordError, UnsupportedError
from registrar.records.reader import RowReader
from registrar.rest import Connect


def topic_of(connect: Connect, name: str) -> str:
    """The dead-letter topic of a connector.

    Raises:
        RegistrarError: there is no such connector, or it has no dead-letter topic.
    """
    config = connect.config(name)
    if config is None:
        raise RegistrarError(f"Connect has no connector {name}")
    topic = config.get("errors.deadletterqueue.topic.name", "")
    if not topic:
        raise RegistrarError(f"{name} has no dead-letter topic (errors.deadletterqueue.topic.name)")
    return topic


def distinct(letters: Sequence[Letter]) -> list[Letter]:
    """The first letter of each record: a batch that is read again sends its letters again."""
    first: dict[tuple[str, int, int], Letter] = {}
    for letter in letters:
        first.setdefault(letter.origin, letter)
    return list(first.values())


def reasons(letters: Sequence[Letter]) -> list[tuple[int, str, str]]:
    """Count, stage and reason, the most frequent first."""
    counts = Counter((letter.stage, letter.reason) for letter in letters)
    return [(count, stage, reason) for (stage, reason), count in counts.most_common()]


def decoded(letter: Letter, reader: RowReader | None) -> Any:
    """The record's value as far as it can be read: by the connector's schema, as text, as hex."""
    value = letter.message.value()
    if value is None:
        return None
    if reader is not None:
        try:
            return reader.values(letter.message)
        except (RecordError, UnsupportedError):
            pass
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"0x{value.hex()}"


def reader_of(connect: Connect, name: str) -> RowReader | None:
    """Reads the connector's records by its schema; None if its converter is not understood."""
    try:
        return RowReader(connect.config(name) or {})
    except RegistrarError:
        return None


class Replay:
    """Letters on their way back, each once.

    How far a replay has come is the committed offset of a consumer group, as with any consumer of
    the topic: `registrar-replay-` and the topic's name.
    """

    def __init__(self, kafka: Kafka, topic: str) -> None:
        self._kafka = kafka
        self._topic = topic
        self._group = f"registrar-replay-{topic}"

    def pending(self, everything: bool) -> list[Letter]:
        """Letters since the last replay, or all of them."""
        letters = DeadLetters(self._kafka, self._topic).read()
        done = {} if everything else self._done()
        return [x for x in letters if int(x.message.offset() or 0) >= done.get(_at(x), 0)]

    def send(self, letters: Sequence[Letter]) -> None:
        """Produce each record once to the topic it came from, then remember.

        A kill in between sends them again: the sink's upserts make that harmless.
        """
        lost = [letter for letter in letters if not letter.origin[0]]
        if lost:
            raise RegistrarError(
                f"{len(lost)} letters do not say which topic they came from: set "
                f"errors.deadletterqueue.context.headers.enable"
            )
        self._kafka.send([_message(letter) for letter in distinct(letters)])
        ends: dict[Partition, int] = {}
        for letter in letters:
            offset = int(letter.message.offset() or 0) + 1
            ends[_at(letter)] = max(offset, ends.get(_at(letter), 0))
        if ends:
            self._kafka.commit(self._group, ends)

    def _done(self) -> dict[Partition, int]:
        return self._kafka.committed(self._group, self._kafka.partitions(self._topic))


def _at(letter: Letter) -> Partition:
    return (str(letter.message.topic()), int(letter.message.partition() or 0))


def _message(letter: Letter) -> dict[str, Any]:
    return {
        "topic": letter.origin[0],
        "key": letter.message.key(),
        "value": letter.message.value(),
        "headers": original_headers(letter.message),
    }
