"""The state of a connector as the watcher sees it, and the ways from one phase to another.

healthy -> down                   it failed, or reads nothing; attempts go on, ever less often
down -> given up                  the attempts are used up; a person is needed
any -> missing                    Connect does not have it
missing -> down                   it is back, and fails again
all of them -> healthy            it runs, and reads
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any

from connectors.registrar.kafka import Partition
from connectors.registrar.watch.limits import Backoff, Limits

Report = Callable[..., None]


class Phase(Enum):
    """See the module's text."""

    HEALTHY = auto()
    DOWN = auto()
    GIVEN_UP = auto()
    MISSING = auto()


class State:
    """The state of one connector; every change of it is reported.

    Args:
        report: takes an event's name and its details.

    Attributes:
        note: what is wrong, for `status`; empty while nothing is.
        failure: what failed last, for comparison; empty while nothing is wrong.
        positions: the sink's offsets when the trouble began.
        backoff: of the attempts to end the trouble.
    """

    def __init__(self, limits: Limits, report: Report) -> None:
        self.phase = Phase.HEALTHY
        self.note = ""
        self.failure = ""
        self.positions: Mapping[Partition, int] = {}
        self.backoff = Backoff(limits)
        self._report = report
        self._since = 0.0
        self._ongoing = ""

    @property
    def healthy(self) -> bool:
        """Whether it runs and reads."""
        return self.phase is Phase.HEALTHY

    @property
    def down(self) -> bool:
        """Whether it failed, and attempts go on."""
        return self.phase is Phase.DOWN

    def mark_down(self, now: float, positions: Mapping[Partition, int]) -> None:
        """Trouble begins: what comes now is an attempt to end it."""
        self._enter(Phase.DOWN, now)
        self.positions = positions
        self.backoff.reset()

    def mark_recovered(self, now: float, **details: Any) -> None:
        """The trouble is over."""
        self.report("recovered", seconds=round(now - self._since, 1), **details)
        self.phase, self.note, self.failure, self.positions = Phase.HEALTHY, "", "", {}
        self.backoff.reset()

    def mark_given_up(self, reason: str) -> None:
        """Leave it to a person."""
        self.phase = Phase.GIVEN_UP
        self.note_ongoing("given up", reason)

    def mark_missing(self, now: float, reason: str) -> None:
        """Connect does not have it."""
        if self.phase is not Phase.MISSING:
            self._enter(Phase.MISSING, now)
            self.positions = {}
            self.note_ongoing("missing", reason)

    def note_ongoing(self, event: str, reason: str) -> None:
        """An event that goes on: reported once, kept as the note."""
        self.note = f"{event}: {reason}"
        if self._ongoing != event:
            self.report(event, reason=reason)
            self._ongoing = event

    def report(self, event: str, **details: Any) -> None:
        """Report something that happened."""
        self._ongoing = ""
        self._report(event, **details)

    def _enter(self, phase: Phase, now: float) -> None:
        if self.healthy:
            self._since = now
        self.phase = phase
