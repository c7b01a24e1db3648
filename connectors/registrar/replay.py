"""Dead letters on their way back to the topics that they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import Message

from connectors.registrar.dead_letters import (
    DeadLetter,
    Origin,
    original_headers,
    parse_dead_letter,
)
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka, Partition, offset, topic_partition

#: Header of a replayed record: the offset of the record that became a dead letter.
MARK = "registrar.replay.of"


@dataclass(frozen=True)
class Selection:
    """Which dead letters are meant; by default all.

    Attributes:
        reason: a part of the reason.
        since: of the record's time, epoch ms; the first that is meant.
        until: the first that is not.
        offsets: first and last offset of the record, by partition.
    """

    reason: str = ""
    since: int | None = None
    until: int | None = None
    offsets: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def has(self, letter: DeadLetter) -> bool:
        """Whether a dead letter is one of them."""
        _, partition, at = letter.origin
        first, last = self.offsets.get(partition, (0, -1)) if self.offsets else (at, at)
        _, time = letter.message.timestamp()
        return (
            self.reason in letter.reason
            and first <= at <= last
            and (self.since is None or time >= self.since)
            and (self.until is None or time < self.until)
        )


@dataclass(frozen=True)
class Backlog:
    """What a replay would send.

    Attributes:
        due: the records to be sent.
        outdated: those with a newer version in their topic.
        sent: those that were replayed before, whatever became of them.
        again: how many of `sent` are dead letters a second time.
        lost: how many dead letters do not say where they came from.
    """

    due: frozenset[Origin]
    outdated: frozenset[Origin]
    sent: frozenset[Origin]
    again: int
    lost: int


class Replay:
    """Dead letters, each sent back once.

    A record that is sent carries where it came from, so that its topic itself says what was sent: a
    replay that is killed goes on with the rest, and a record that fails again is not sent again.

    Args:
        everything: also those that were replayed before.
        outdated: also records of which the topic has a newer version, which they would overwrite.
    """

    def __init__(
        self,
        kafka: Kafka,
        topic: str,
        selection: Selection | None = None,
        everything: bool = False,
        outdated: bool = False,
    ) -> None:
        self._kafka = kafka
        partitions = kafka.partitions(topic)
        self._starts, self._ends = kafka.begins(partitions), kafka.ends(partitions)
        self._selection = selection or Selection()
        self._everything, self._outdated = everything, outdated
        self.backlog = self._find_backlog()

    def send(self) -> None:
        """Produce each record once to the partition that it came from.

        Raises:
            RegistrarError: one does not say where it came from; or Kafka does not take one.
        """
        if self.backlog.lost:
            raise RegistrarError(
                f"{self.backlog.lost} dead letters do not say which topic they came from: set "
                f"errors.deadletterqueue.context.headers.enable"
            )
        left = {*self.backlog.due}
        for letters in self._batches():
            due = {_root(x): x for x in letters if _root(x) in left}
            self._kafka.send([_message(root, letter) for root, letter in due.items()])
            left.difference_update(due)

    def _batches(self) -> Iterator[list[DeadLetter]]:
        for messages in self._kafka.batches(self._starts, self._ends):
            letters = [parse_dead_letter(message) for message in messages]
            yield [letter for letter in letters if self._selection.has(letter)]

    def _find_backlog(self) -> Backlog:
        keys: dict[Origin, bytes | None] = {}
        again: set[Origin] = set()
        lost = 0
        for letter in (each for batch in self._batches() for each in batch):
            root = _root(letter)
            if not root[0]:
                lost += 1
                continue
            keys.setdefault(root, letter.message.key())
            if root != letter.origin:
                again.add(root)
        sent, outdated = _in_topics(self._kafka, keys)
        due = {*keys}
        due -= set() if self._everything else sent
        outdated &= due
        due -= set() if self._outdated else outdated
        return Backlog(frozenset(due), frozenset(outdated), frozenset(sent), len(again), lost)


def _root(letter: DeadLetter) -> Origin:
    """Where the record was before any replay of it."""
    topic, partition, _ = letter.origin
    first = _marked(letter.message)
    return letter.origin if first is None or not topic else (topic, partition, first)


def _marked(message: Message) -> int | None:
    """The offset in the header of a replayed record; None if it is not one."""
    found = dict(original_headers(message)).get(MARK)
    return int(found) if isinstance(found, bytes) and found.isdigit() else None


def _in_topics(
    kafka: Kafka, keys: Mapping[Origin, bytes | None]
) -> tuple[set[Origin], set[Origin]]:
    """Those of the records that were sent before, and those followed by another of their key.

    The sink would take such an old one for the newest if it were sent now. Of a record without a
    key that cannot be known.
    """
    first: dict[Partition, int] = {}
    for topic, number, at in keys:
        first[topic, number] = min(at, first.get((topic, number), at))
    partitions = [p for topic in {topic for topic, _ in first} for p in kafka.partitions(topic)]
    begins, ends = kafka.begins(partitions), kafka.ends(partitions)
    # What has expired cannot be read any more; a partition may be gone as well.
    starts = {p: max(first[p], begins[p]) for p in partitions if p in first}
    sent: set[Origin] = set()
    last: dict[tuple[Partition, bytes], int] = {}
    for messages in kafka.batches(starts, ends):
        _note(messages, sent, last)
    outdated = {
        origin
        for origin, key in keys.items()
        if key is not None and last.get((origin[:2], key), -1) > origin[2]
    }
    return sent & keys.keys(), outdated


def _note(
    messages: Sequence[Message], sent: set[Origin], last: dict[tuple[Partition, bytes], int]
) -> None:
    for message in messages:
        partition, key = topic_partition(message), message.key()
        root = _marked(message)
        if root is not None:
            sent.add((*partition, root))
        elif key is not None:
            last[partition, key] = offset(message)


def _message(root: Origin, letter: DeadLetter) -> dict[str, Any]:
    headers = [(name, value) for name, value in original_headers(letter.message) if name != MARK]
    return {
        "topic": root[0],
        "partition": root[1],
        "key": letter.message.key(),
        "value": letter.message.value(),
        "headers": [*headers, (MARK, str(root[2]).encode())],
    }
