"""A steady rate: message number i is due i/rate seconds after the start."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Says how many messages are due.

    The schedule never moves: what was late is made up for, so the rate is exact over time. Workers
    that share a start share the schedule.

    Args:
        rate: messages a second; None for as fast as possible.
        start: when message 0 is due, by ``clock``; None for when it is first asked.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        rate: float | None,
        start: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._start, self._clock = rate, start, clock

    def due(self, first: int, count: int) -> int:
        """How many of ``count`` messages, from number ``first`` on, are due by now."""
        if self._rate is None:
            return count
        if self._start is None:
            self._start = self._clock()
        passed = int((self._clock() - self._start) * self._rate) + 1
        return max(0, min(count, passed - first))

    def delay(self, number: int) -> float:
        """Seconds until a message is due."""
        if self._rate is None or self._start is None:
            return 0.0
        return max(0.0, self._start + number / self._rate - self._clock())
