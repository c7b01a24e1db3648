"""How often the watcher tries, and when it leaves a connector to a person."""

from __future__ import annotations

from dataclasses import dataclass


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


class Backoff:
    """Waits that double with each attempt."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.attempts = 0
        self._not_before = 0.0

    def ready(self, now: float) -> bool:
        """Whether the wait is over."""
        return now >= self._not_before

    @property
    def exhausted(self) -> bool:
        """Whether the attempts are used up."""
        return self.attempts >= self._limits.max_restarts

    def attempt(self, now: float) -> None:
        """Count an attempt; the next one is ready after the wait."""
        wait = self._limits.first_wait * 2.0 ** min(self.attempts, 30)
        self.attempts += 1
        self._not_before = now + min(wait, self._limits.longest_wait)

    def end_wait(self) -> None:
        """The next attempt is ready; those before stay counted."""
        self._not_before = 0.0

    def reset(self) -> None:
        """Start again: nothing was attempted."""
        self.attempts = 0
        self.end_wait()
