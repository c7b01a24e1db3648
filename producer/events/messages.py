"""The messages of a stream, block by block: keys and bytes, ready for Kafka."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from producer.contracts import poison
from producer.contracts.wire import Wire
from producer.drawing.timeline import Timeline
from producer.errors import RefusedError
from producer.events.faults import EVENT, NO_FAULTS, POISON, TOMBSTONE, Faults
from producer.events.stream import Row, Stream

Message = tuple[bytes, bytes | None]


@dataclass
class Block:
    """Messages in the order in which they are to be sent, and what each of them is."""

    messages: list[Message] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def add(self, kind: str, key: bytes, value: bytes | None) -> None:
        self.messages.append((key, value))
        self.kinds.append(kind)


@dataclass
class Messages:
    """Makes a run's messages; the same seed, timeline and faults give the same bytes.

    Attributes:
        refused: (key, reason) of each event that breaks its contract; it is left out.
    """

    stream: Stream
    wire: Wire
    timeline: Timeline
    seed: int
    faults: Faults = NO_FAULTS
    refused: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for kind in self.faults.poison:
            poison.target(kind, self.stream.contract, self.wire.overflows)

    def block(self, number: int, count: int) -> Block:
        """Messages of one block."""
        times = self.stream.times(number, count, self.seed, self.timeline)
        if self.faults.any:
            return self._faulty(number, times)
        encode, key = self.wire.encode, self.stream.contract.key_index
        messages: list[Message] = []
        for row in self.stream.rows(number, self.seed, times):
            try:
                value = encode(row)
            except RefusedError as reason:
                self.refused.append((str(row[key]), str(reason)))
            else:
                messages.append((row[key].encode(), value))
        return Block(messages, ["events"] * len(messages))

    def _faulty(self, number: int, times: np.ndarray) -> Block:
        count, draws = len(times), self.stream.draws
        delays = self.faults.delays(count, draws(self.seed, number, "late"))
        roles = self.faults.roles(count, draws(self.seed, number, "roles"))
        rows = self.stream.rows(number, self.seed, times - delays)
        corrected = rows
        if self.faults.duplicates and self.faults.changed:
            corrected = self.stream.rows(number, self.seed, times - delays, corrected=True)
        kinds, block = list(self.faults.poison), Block()
        for index, role in enumerate(roles.role.tolist()):
            source = int(roles.source[index])
            if role == EVENT:
                self._event(block, "late_events" if delays[index] else "events", rows[index])
            elif role == TOMBSTONE:
                block.add("tombstones", self._key(rows[source]), None)
            elif role == POISON:
                kind = kinds[roles.poison[index]]
                block.add(kind, self._key(rows[index]), self.wire.poison(kind, rows[index]))
            elif roles.changed[index]:
                self._event(block, "changed_duplicates", corrected[source])
            else:
                self._event(block, "duplicates", rows[source])
        return block

    def _event(self, block: Block, kind: str, row: Row) -> None:
        try:
            value = self.wire.encode(row)
        except RefusedError as reason:
            self.refused.append((str(row[self.stream.contract.key_index]), str(reason)))
        else:
            block.add(kind, self._key(row), value)

    def _key(self, row: Row) -> bytes:
        key: str = row[self.stream.contract.key_index]
        return key.encode()
