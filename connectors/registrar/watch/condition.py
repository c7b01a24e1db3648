"""How a connector is in the watcher's eyes: one state, and the ways from one to another.

well -> down                      it failed, or stands still; attempts go on, ever less often
down -> given up                  the attempts are used up; a person is needed
down -> stopped                   by the watcher, before bad records drain the topic
any  -> missing                   Connect does not have it
stopped, missing -> down          it is back, and fails again
all of them -> well               it runs, and moves
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from connectors.registrar.kafka import Partition
from connectors.registrar.watch.limits import Backoff, Limits

Tell = Callable[..., None]


class Phase(StrEnum):
    """See the module's text."""

    WELL = "well"
    DOWN = "down"
    GIVEN_UP = "given up"
    STOPPED = "stopped"
    MISSING = "missing"


class Condition:
    """The state of one connector, with the events that its changes are.

    Args:
        tell: takes an event's name and its details.

    Attributes:
        note: what is wrong, for `status`; empty while all is well.
        positions: where the sink stood when the trouble began.
        backoff: of the attempts to end the trouble.
    """

    def __init__(self, limits: Limits, tell: Tell) -> None:
        self.phase = Phase.WELL
        self.note = ""
        self.positions: Mapping[Partition, int] = {}
        self.backoff = Backoff(limits)
        self._tell = tell
        self._since = 0.0
        self._lasting = ""

    @property
    def well(self) -> bool:
        return self.phase is Phase.WELL

    @property
    def down(self) -> bool:
        return self.phase is Phase.DOWN

    def fall(self, now: float, positions: Mapping[Partition, int]) -> None:
        """Trouble begins: what comes now is an attempt to end it."""
        self._enter(Phase.DOWN, now)
        self.positions = positions
        self.backoff.reset()

    def recover(self, now: float, **details: Any) -> None:
        """The trouble is over."""
        self.event("recovered", seconds=round(now - self._since, 1), **details)
        self.phase, self.note, self.positions = Phase.WELL, "", {}
        self.backoff.reset()

    def give_up(self, reason: str) -> None:
        """Leave it to a person."""
        self.phase = Phase.GIVEN_UP
        self.last("given up", reason)

    def stop(self, reason: str) -> None:
        """The watcher has stopped it; `reason` says what a person has to do."""
        self.phase, self.note = Phase.STOPPED, reason
        self.event("stopped", reason=reason)

    def miss(self, now: float, reason: str) -> None:
        """Connect does not have it."""
        if self.phase is not Phase.MISSING:
            self._enter(Phase.MISSING, now)
            self.positions = {}
            self.last("missing", reason)

    def last(self, event: str, reason: str) -> None:
        """An event that lasts: told once, kept as the note."""
        self.note = f"{event}: {reason}"
        if self._lasting != event:
            self.event(event, reason=reason)
            self._lasting = event

    def event(self, event: str, **details: Any) -> None:
        """Tell something that happened."""
        self._lasting = ""
        self._tell(event, **details)

    def _enter(self, phase: Phase, now: float) -> None:
        if self.well:
            self._since = now
        self.phase = phase
