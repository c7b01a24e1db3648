"""How often the watcher tries, and when it leaves a connector to a person."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limits:
    """Seconds and counts; the command line sets some of them."""

    poll_seconds: float = 1.0
    # Lag is fetched less often than states: it costs a few requests.
    lag_seconds: float = 5.0
    # Restarts in a row without a single record between them.
    max_restarts: int = 10
    first_wait: float = 2.0
    longest_wait: float = 60.0
    # A sink commits once in the worker's offset.flush.interval.ms, 60 s by default.
    stall_seconds: float = 90.0
    # A consumer group without members while the status says RUNNING: the task is dead.
    empty_group_seconds: float = 15.0
    # A worker that has just started does not know its connectors yet.
    missing_seconds: float = 20.0
    # All of them are kept in the dead-letter topic and can be replayed; but a schema mistake would
    # drain the whole topic into it.
    max_refused_per_minute: int = 5000


class Backoff:
    """Waits that double with each attempt."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.attempts = 0
        self._not_before = 0.0

    def ready(self, now: float) -> bool:
        return now >= self._not_before

    @property
    def exhausted(self) -> bool:
        return self.attempts >= self._limits.max_restarts

    def attempt(self, now: float) -> None:
        """Count an attempt; the next one is ready after the wait."""
        wait = self._limits.first_wait * 2.0 ** min(self.attempts, 30)
        self.attempts += 1
        self._not_before = now + min(wait, self._limits.longest_wait)

    def reset(self) -> None:
        self.attempts = 0
        self._not_before = 0.0


@dataclass
class Meter:
    """Counts over the last minute."""

    entries: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, now: float, count: int) -> int:
        """Add to the count; returns the sum of the last 60 seconds with it."""
        self.entries.append((now, count))
        while self.entries[0][0] <= now - 60:
            self.entries.popleft()
        return sum(number for _, number in self.entries)
