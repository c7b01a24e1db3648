"""Dead letters on their way back to the topics that they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.registrar.dead_letters import (
    DeadLetter,
    Origin,
    distinct_records,
    original_headers,
    parse_dead_letter,
)
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka, Partition, next_offset, offset, topic_partition


@dataclass(frozen=True)
class Backlog:
    """What a replay would send.

    Attributes:
        origins: of the records to be sent.
        outdated: of those with a newer version in their topic.
        lost: how many dead letters do not say where they came from.
    """

    origins: frozenset[Origin]
    outdated: frozenset[Origin]
    lost: int


class Replay:
    """Dead letters, each sent back once.

    How far a replay has come is the committed offset of a consumer group, as with any consumer of
    the topic: `registrar-replay-` and the topic's name.

    Args:
        everything: also those that were replayed before.
        outdated: also records of which the topic has a newer version, which they would overwrite.
    """

    def __init__(
        self, kafka: Kafka, topic: str, everything: bool = False, outdated: bool = False
    ) -> None:
        self._kafka = kafka
        self._topic = topic
        self._group = f"registrar-replay-{topic}"
        partitions = kafka.partitions(topic)
        begins = kafka.begins(partitions)
        done = {} if everything else kafka.committed(self._group, partitions)
        self._starts = {p: max(begins[p], done.get(p, 0)) for p in partitions}
        self._ends = kafka.ends(partitions)
        self._outdated = outdated
        self.backlog = self._find_backlog()

    def send(self) -> None:
        """Produce each record once to the topic it came from, and remember how far it went.

        A kill in between sends the last few again: the sink's upserts make that harmless.

        Raises:
            RegistrarError: one does not say where it came from; or Kafka does not take one.
        """
        if self.backlog.lost:
            raise RegistrarError(
                f"{self.backlog.lost} dead letters do not say which topic they came from: set "
                f"errors.deadletterqueue.context.headers.enable"
            )
        left = {*self.backlog.origins}
        for dead_letters in self._batches():
            due = [x for x in distinct_records(dead_letters) if x.origin in left]
            self._kafka.send([_message(x) for x in due])
            left.difference_update(x.origin for x in due)
            ends = {topic_partition(x.message): next_offset(x.message) for x in dead_letters}
            self._kafka.commit(self._group, ends)

    def _batches(self) -> Iterator[list[DeadLetter]]:
        for messages in self._kafka.batches(self._starts, self._ends):
            if messages:
                yield [parse_dead_letter(message) for message in messages]

    def _find_backlog(self) -> Backlog:
        keys: dict[Origin, bytes | None] = {}
        lost = 0
        for dead_letter in (each for batch in self._batches() for each in batch):
            if dead_letter.origin[0]:
                keys.setdefault(dead_letter.origin, dead_letter.message.key())
            else:
                lost += 1
        outdated = _outdated(self._kafka, keys)
        sent = keys.keys() if self._outdated else keys.keys() - outdated
        return Backlog(frozenset(sent), frozenset(outdated), lost)


def _outdated(kafka: Kafka, keys: Mapping[Origin, bytes | None]) -> set[Origin]:
    """Those of the records that are followed by another one of the same key in their topic.

    The sink would take the old one for the newest if it were sent now. Of a record without a key
    that cannot be known.
    """
    first: dict[Partition, int] = {}
    for topic, number, at in keys:
        first[topic, number] = min(at, first.get((topic, number), at))
    partitions = [p for topic in {topic for topic, _ in first} for p in kafka.partitions(topic)]
    begins, ends = kafka.begins(partitions), kafka.ends(partitions)
    # What has expired cannot be read any more; a partition may be gone as well.
    starts = {p: max(first[p], begins[p]) for p in partitions if p in first}
    wanted = {(origin[0], key) for origin, key in keys.items() if key is not None}
    last: dict[tuple[Partition, bytes], int] = {}
    for messages in kafka.batches(starts, ends):
        for message in messages:
            topic, key = str(message.topic()), message.key()
            if key is not None and (topic, key) in wanted:
                last[topic_partition(message), key] = offset(message)
    return {
        origin
        for origin, key in keys.items()
        if key is not None and last.get((origin[:2], key), -1) > origin[2]
    }


def _message(dead_letter: DeadLetter) -> dict[str, Any]:
    return {
        "topic": dead_letter.origin[0],
        "key": dead_letter.message.key(),
        "value": dead_letter.message.value(),
        "headers": original_headers(dead_letter.message),
    }
