"""The messages of a stream, block by block: keys and bytes, ready for Kafka."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np

from producer.contracts.message import Message, Row
from producer.contracts.poison import poison_target
from producer.contracts.wire import Wire
from producer.drawing.timeline import Timeline
from producer.errors import RefusedError
from producer.events.faults import DUPLICATE, NO_FAULTS, POISON, TOMBSTONE, Faults
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

    Raises:
        UsageError: the stream has no field for a kind of poison.
    """

    stream: Stream
    wire: Wire
    timeline: Timeline
    seed: int
    faults: Faults = NO_FAULTS
    refused: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for kind in self.faults.poison:
            poison_target(kind, self.stream.contract, self.wire.overflows)

    def block(self, number: int, count: int) -> Block:
        """Messages of one block.

        Raises:
            UsageError: the recipe cannot be drawn.
        """
        times = self.stream.times(number, count, self.seed, self.timeline)
        if not self.faults.any:
            rows = self.stream.rows(number, self.seed, times)
            return self._block(rows, self.wire.encode(rows), ["events"] * count)
        delays = self.faults.delays(count, self.stream.random_stream(self.seed, number, "late"))
        times = times - delays
        rows = self.stream.rows(number, self.seed, times)
        kinds = ["late_events" if delay else "events" for delay in delays.tolist()]
        return self._corrupted(number, times, rows, kinds)

    def _corrupted(
        self, number: int, times: np.ndarray, rows: list[Row], kinds: list[str]
    ) -> Block:
        """The block with some of its events made into duplicates, tombstones and poison."""
        rng = self.stream.random_stream(self.seed, number, "roles")
        roles = self.faults.roles(len(rows), rng)
        source = roles.source.tolist()
        corrected = self.stream.corrected(number, self.seed, times) if roles.changed.any() else {}
        names, sent = self.stream.contract.field_names, list(rows)
        for index in np.flatnonzero(roles.role == DUPLICATE).tolist():
            kinds[index], sent[index] = "duplicates", rows[source[index]]
            if roles.changed[index]:
                kinds[index] = "changed_duplicates"
                sent[index] = tuple(
                    corrected[name][source[index]] if name in corrected else value
                    for name, value in zip(names, sent[index], strict=True)
                )
        outcomes = self.wire.encode(sent)
        # A row that breaks its contract is refused, whatever it was to become.
        for index in np.flatnonzero(roles.role == TOMBSTONE).tolist():
            original = outcomes[source[index]]
            if not isinstance(original, RefusedError):
                kinds[index], outcomes[index] = "tombstones", (original[0], None)
        for index in np.flatnonzero(roles.role == POISON).tolist():
            good = outcomes[index]
            if not isinstance(good, RefusedError):
                kinds[index] = kind = list(self.faults.poison)[roles.poison[index]]
                outcomes[index] = (good[0], self.wire.poison(kind, rows[index]))
        return self._block(sent, outcomes, kinds)

    def _block(
        self, rows: list[Row], outcomes: list[Message | RefusedError], kinds: list[str]
    ) -> Block:
        """The messages, without the rows that are refused."""
        refused = [i for i, outcome in enumerate(outcomes) if isinstance(outcome, RefusedError)]
        key = self.stream.contract.key_index
        self.refused += [(str(rows[index][key]), str(outcomes[index])) for index in refused]
        for index in reversed(refused):
            del outcomes[index], kinds[index]
        return Block(cast("list[Message]", outcomes), kinds)
