"""What became of a run's messages, and who gets to know it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Totals:
    """Messages handed to Kafka's client, and their delivery reports.

    Attributes:
        failures: (key, reason) of each message that was not acknowledged; or what became of a
            worker process of whose last messages nothing is known.
        refused: (key, reason) of each event that broke its contract and was never handed over.
        made: messages by what they are: events, duplicates, a kind of poison, ...
    """

    produced: int = 0
    acknowledged: int = 0
    failed: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)

    @property
    def waiting(self) -> int:
        """Messages without a delivery report so far."""
        return self.produced - self.acknowledged - self.failed

    @property
    def complete(self) -> bool:
        """Whether every message was acknowledged and no event was refused."""
        return self.acknowledged == self.produced and not self.refused and not self.failures

    def give_up(self, who: str, reason: str) -> None:
        """Nothing more will be reported: what was not acknowledged so far counts as failed."""
        self.failed += self.waiting
        self.failures.append((who, reason))

    def line(self) -> str:
        """The totals as one line of text."""
        return f"produced {self.produced}, acknowledged {self.acknowledged}, failed {self.failed}"

    def as_json(self) -> dict[str, Any]:
        """The totals with every failure and refusal."""
        return {
            "produced": self.produced,
            "acknowledged": self.acknowledged,
            "failed": self.failed,
            "made": {kind: count for kind, count in sorted(self.made.items()) if count},
            "failures": [{"key": key, "reason": reason} for key, reason in self.failures],
            "refused": [{"key": key, "reason": reason} for key, reason in self.refused],
        }

    def __add__(self, other: Totals) -> Totals:
        names = [each.name for each in fields(Totals)]
        return Totals(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True)
class Observer:
    """Ways from a run to the person who started it.

    Attributes:
        say: takes a line of text.
        show: takes the totals, often.
        stopped: how often the run was asked to end: once is well, twice is at once.
    """

    say: Callable[[str], None]
    show: Callable[[Totals], object]
    stopped: Callable[[], int]
