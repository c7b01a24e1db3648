"""Whether a sink moves: its status can say RUNNING over a dead task."""

from __future__ import annotations

from connectors.registrar.kafka import Kafka
from connectors.registrar.lag import Lag


class Movement:
    """The last look at a sink's offsets, and since when they have stood still (monotonic)."""

    def __init__(self, now: float) -> None:
        self.lag: Lag | None = None
        self._since = now

    def look(self, lag: Lag, now: float) -> None:
        """Take note of where the sink is; one with nothing to read does not stand still."""
        if self.lag is None or lag.total == 0 or lag.positions != self.lag.positions:
            self._since = now
        self.lag = lag

    def begin(self, now: float) -> None:
        """It has just been started, or is not meant to move."""
        self._since = now

    def still(self, now: float) -> float:
        """Seconds without movement, though there is lag."""
        return now - self._since


def has_records(kafka: Kafka, lag: Lag, committed_only: bool) -> bool:
    """Whether any of the lag is a record.

    A transaction ends with a marker that has an offset and is never delivered: a sink that has read
    everything stays one offset behind.
    """
    behind = {p: start for p, start in lag.positions.items() if start < lag.ends[p]}
    return any(kafka.read(behind, 1, committed_only).values())
