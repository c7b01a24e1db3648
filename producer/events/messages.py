"""The messages of a stream, block by block: keys and bytes, ready for Kafka."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np

from producer.contracts import poison
from producer.contracts.message import Message, Row
from producer.contracts.wire import Wire
from producer.drawing.timeline import Timeline
from producer.errors import RefusedError
from producer.events.faults import EVENT, NO_FAULTS, POISON, TOMBSTONE, Faults
from producer.events.stream import Stream


@dataclass
class Block:
    """Messages in the order in which they are to be sent, and what each of them is."""

    messages: list[Message] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


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
        if not self.faults.any:
            rows = self.stream.rows(number, self.seed, times)
            return self._encoded(rows, ["events"] * count, {})
        delays = self.faults.delays(count, self.stream.draws(self.seed, number, "late"))
        times = times - delays
        rows = self.stream.rows(number, self.seed, times)
        kinds = ["late_events" if delay else "events" for delay in delays.tolist()]
        return self._spoilt(number, times, rows, kinds)

    def _spoilt(self, number: int, times: np.ndarray, rows: list[Row], kinds: list[str]) -> Block:
        """The block with some of its events made into duplicates, tombstones and poison."""
        roles = self.faults.roles(len(rows), self.stream.draws(self.seed, number, "roles"))
        corrected = self.stream.corrected(number, self.seed, times) if roles.changed.any() else {}
        out = list(rows)
        ready: dict[int, Message] = {}
        for index in np.flatnonzero(roles.role != EVENT).tolist():
            role, original = roles.role[index], rows[roles.source[index]]
            if role == TOMBSTONE:
                kinds[index] = "tombstones"
                ready[index] = (self._key(original), None)
            elif role == POISON:
                kinds[index] = kind = list(self.faults.poison)[roles.poison[index]]
                ready[index] = (self._key(rows[index]), self.wire.poison(kind, rows[index]))
            elif roles.changed[index]:
                kinds[index] = "changed_duplicates"
                names = self.stream.contract.field_names
                out[index] = tuple(
                    corrected[name][roles.source[index]] if name in corrected else value
                    for name, value in zip(names, original, strict=True)
                )
            else:
                kinds[index] = "duplicates"
                out[index] = original
        return self._encoded(out, kinds, ready)

    def _encoded(self, rows: list[Row], kinds: list[str], ready: dict[int, Message]) -> Block:
        """Each row checked and encoded, except for those that are ``ready`` messages already."""
        outcomes = self.wire.encode(rows)
        for index, message in ready.items():
            outcomes[index] = message
        refused = [i for i, outcome in enumerate(outcomes) if isinstance(outcome, RefusedError)]
        key = self.stream.contract.key_index
        self.refused += [(str(rows[index][key]), str(outcomes[index])) for index in refused]
        for index in reversed(refused):
            del outcomes[index], kinds[index]
        return Block(cast("list[Message]", outcomes), kinds)

    def _key(self, row: Row) -> bytes:
        key: str = row[self.stream.contract.key_index]
        return key.encode()
