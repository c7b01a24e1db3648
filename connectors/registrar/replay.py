"""`dead-letters`: why records ended there, and back to their topic after a fix."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka, Partition, after, offset, place
from connectors.registrar.letters import Letter, Origin, opened, original_headers
from connectors.registrar.records.errors import RecordError
from connectors.registrar.records.reader import RowReader
from connectors.registrar.rest import Connect


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


def distinct(letters: Iterable[Letter]) -> Iterator[Letter]:
    """The first letter of each record: a batch that is read again sends its letters again."""
    seen: set[Origin] = set()
    for letter in letters:
        if letter.origin not in seen:
            seen.add(letter.origin)
            yield letter


@dataclass
class Tally:
    """Dead letters counted; `last` are the latest records, at most as many as were asked for."""

    letters: int
    records: int
    reasons: list[tuple[int, str, str]]
    last: list[Letter]


def tally(letters: Iterable[Letter], show: int) -> Tally:
    """Read letters once, keeping `show` of them; reasons come with the most frequent first."""
    total = 0

    def counted() -> Iterator[Letter]:
        nonlocal total
        for letter in letters:
            total += 1
            yield letter

    counts: Counter[tuple[str, str]] = Counter()
    last: deque[Letter] = deque(maxlen=show)
    for letter in distinct(counted()):
        counts[letter.stage, letter.reason] += 1
        last.append(letter)
    reasons = [(count, stage, reason) for (stage, reason), count in counts.most_common()]
    return Tally(total, counts.total(), reasons, list(last))


@dataclass(frozen=True)
class Backlog:
    """What a replay would send.

    Attributes:
        origins: of the records to be sent.
        outdated: of those with a newer version in their topic.
        lost: letters that do not say where they came from.
    """

    origins: frozenset[Origin]
    outdated: frozenset[Origin]
    lost: int


def decoded(letter: Letter, reader: RowReader | None) -> Any:
    """The record's value as far as it can be read: by the connector's schema, as text, as hex."""
    value = letter.message.value()
    if value is None:
        return None
    if reader is not None:
        try:
            return reader.values(letter.message)
        # A registry that is away, for one: what can be read without it is shown.
        except (RecordError, RegistrarError):
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

    Args:
        everything: also letters that were replayed before.
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
        self.backlog = self._backlog()

    def send(self) -> None:
        """Produce each record once to the topic it came from, and remember how far it went.

        A kill in between sends the last few again: the sink's upserts make that harmless.

        Raises:
            RegistrarError: a letter does not say where it came from; or Kafka does not take one.
        """
        if self.backlog.lost:
            raise RegistrarError(
                f"{self.backlog.lost} letters do not say which topic they came from: set "
                f"errors.deadletterqueue.context.headers.enable"
            )
        left = {*self.backlog.origins}
        for letters in self._letters():
            due = [x for x in distinct(letters) if x.origin in left]
            self._kafka.send([_message(x) for x in due])
            left.difference_update(x.origin for x in due)
            ends = {place(x.message): after(x.message) for x in letters}
            self._kafka.commit(self._group, ends)

    def _letters(self) -> Iterator[list[Letter]]:
        for messages in self._kafka.batches(self._starts, self._ends):
            if messages:
                yield [opened(message) for message in messages]

    def _backlog(self) -> Backlog:
        keys: dict[Origin, bytes | None] = {}
        lost = 0
        for letter in (letter for letters in self._letters() for letter in letters):
            if letter.origin[0]:
                keys.setdefault(letter.origin, letter.message.key())
            else:
                lost += 1
        overtaken = newer(self._kafka, keys)
        sent = keys.keys() if self._outdated else keys.keys() - overtaken
        return Backlog(frozenset(sent), frozenset(overtaken), lost)


def newer(kafka: Kafka, keys: Mapping[Origin, bytes | None]) -> set[Origin]:
    """Those of the records after which the topic has another one of the same key.

    The sink would take the old one for the newest if it were sent now. A record without a key
    cannot be told.
    """
    first: dict[Partition, int] = {}
    for topic, number, at in keys:
        first[topic, number] = min(at, first.get((topic, number), at))
    partitions = [p for topic in {topic for topic, _ in first} for p in kafka.partitions(topic)]
    begins, ends = kafka.begins(partitions), kafka.ends(partitions)
    # What has expired is read no more; nor is a partition that is there no more.
    starts = {p: max(first[p], begins[p]) for p in partitions if p in first}
    wanted = {(origin[0], key) for origin, key in keys.items() if key is not None}
    last: dict[tuple[Partition, bytes], int] = {}
    for messages in kafka.batches(starts, ends):
        for message in messages:
            topic, key = str(message.topic()), message.key()
            if key is not None and (topic, key) in wanted:
                last[place(message), key] = offset(message)
    return {
        origin
        for origin, key in keys.items()
        if key is not None and last.get((origin[:2], key), -1) > origin[2]
    }


def _message(letter: Letter) -> dict[str, Any]:
    return {
        "topic": letter.origin[0],
        "key": letter.message.key(),
        "value": letter.message.value(),
        "headers": original_headers(letter.message),
    }
