"""What real streams do wrong, in the shares that are asked for; messages.py makes it so."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from producer.drawing.random_streams import RandomStream
from producer.errors import UsageError

EVENT, DUPLICATE, TOMBSTONE, POISON = range(4)


@dataclass(frozen=True)
class Faults:
    """What goes wrong: shares of all messages, except for ``changed`` and ``late``.

    Attributes:
        duplicates: an event of the last few thousand sent again, with the same key.
        changed: the share of the duplicates that has new content.
        tombstones: the key of such an event without a value.
        poison: kind -> share; see producer.contracts.poison.
        late: the share of the events whose event time lies up to ``late_by`` microseconds behind
            those around them.
    """

    duplicates: float = 0.0
    changed: float = 0.0
    tombstones: float = 0.0
    poison: dict[str, float] = field(default_factory=dict)
    late: float = 0.0
    late_by: int = 0

    def __post_init__(self) -> None:
        total = self.duplicates + self.tombstones + sum(self.poison.values())
        if total > 1:
            raise UsageError(f"duplicates, tombstones and poison make {total:g} of all messages")

    @property
    def any(self) -> bool:
        """Whether anything is to go wrong."""
        return bool(self.duplicates or self.tombstones or self.poison or self.late)

    def delays(self, count: int, rng: RandomStream) -> np.ndarray:
        """How many microseconds each event's time lies behind."""
        late = rng.unit(count) < self.late
        return np.where(late, 1 + rng.unit(count) * self.late_by, 0).astype(np.int64)

    def roles(self, count: int, rng: RandomStream) -> Roles:
        """What each message of a block is. The first one that is not poison is an event."""
        lot = rng.unit(count)
        edges = np.cumsum([self.duplicates, self.tombstones, *self.poison.values()])
        place = np.searchsorted(edges, lot, side="right")
        role = np.where(
            place == 0, DUPLICATE, np.where(place == 1, TOMBSTONE, np.minimum(place + 1, POISON))
        )
        role[place == len(edges)] = EVENT
        role[np.flatnonzero(role != POISON)[:1]] = EVENT
        events = np.flatnonzero(role == EVENT)
        before = np.maximum(np.searchsorted(events, np.arange(count), side="left"), 1)
        chosen = (rng.unit(count) * before).astype(np.int64)
        source = events[chosen] if len(events) else chosen
        changed = (rng.unit(count) < self.changed) & (role == DUPLICATE)
        return Roles(role, place - 2, source, changed)


@dataclass(frozen=True)
class Roles:
    """What each message of a block is; all arrays go by message.

    Attributes:
        role: EVENT, DUPLICATE, TOMBSTONE or POISON.
        poison: for POISON, the number of its kind.
        source: for DUPLICATE and TOMBSTONE, the message that it repeats.
        changed: whether a DUPLICATE has new content.
    """

    role: np.ndarray
    poison: np.ndarray
    source: np.ndarray
    changed: np.ndarray


NO_FAULTS = Faults()
