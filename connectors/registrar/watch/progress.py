"""Whether a sink reads: its status can say RUNNING over a dead task."""

from __future__ import annotations

from connectors.registrar.kafka import Kafka
from connectors.registrar.lag import Lag


class Progress:
    """A sink's offsets when they were last fetched, and since when they are the same."""

    def __init__(self, now: float) -> None:
        self._lag: Lag | None = None
        self._since = now

    def update(self, lag: Lag, now: float) -> None:
        """Take the offsets of now; a sink with nothing to read is not stalled."""
        if self._lag is None or lag.total == 0 or lag.positions != self._lag.positions:
            self._since = now
        self._lag = lag

    def restart(self, now: float) -> None:
        """It has just been started, or is not meant to read."""
        self._since = now

    def stalled_for(self, now: float) -> float:
        """Seconds without progress, though there is lag."""
        return now - self._since


def has_records(kafka: Kafka, lag: Lag, committed_only: bool) -> bool:
    """Whether any of the lag is a record.

    A transaction ends with a marker that has an offset and is never delivered: a sink that has read
    everything stays one offset behind.
    """
    behind = {p: start for p, start in lag.positions.items() if start < lag.ends[p]}
    return any(kafka.read(behind, 1, committed_only).values())
