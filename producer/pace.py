"""A steady rate: message i is due i/rate seconds after the first, however long sending took."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Says how many messages are due. Being late is made up for, so the rate is exact over time.

    Args:
        rate: messages a second; None for as fast as possible.
        clock: seconds, monotonic.
    """

    def __init__(self, rate: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._start: float | None = None

    def due(self, sent: int, wanted: int) -> int:
        """How many of ``wanted`` further messages are due now, ``sent`` having gone before."""
        if self._rate is None:
            return wanted
        if self._start is None:
            self._start = self._clock()
        elapsed = self._clock() - self._start
        return max(0, min(wanted, int(elapsed * self._rate) + 1 - sent))

    def delay(self, sent: int) -> float:
        """Seconds until the next message is due."""
        if self._rate is None or self._start is None:
            return 0.0
        return max(0.0, self._start + sent / self._rate - self._clock())
