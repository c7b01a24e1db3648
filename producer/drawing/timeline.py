"""When events happen: spread over a range in a daily and weekly rhythm, or one after another.

Times are microseconds since 1970 in UTC. Only elementwise arithmetic is used, so that every
processor comes to the same microsecond.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np

from producer.contracts.checks import EPOCH, MICROSECOND
from producer.drawing.random_streams import RandomStream
from producer.errors import UsageError

HOUR = 3_600_000_000
#: Some numbers are kept for every hour of a range.
MOST_YEARS = 200
Micros = np.ndarray


class Timeline(Protocol):
    """Says when the events of a run happen."""

    def times(self, first: int, count: int, rng: RandomStream) -> Micros:
        """Event times of ``count`` events from number ``first`` on, in order."""


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of a datetime that has a time zone."""
    return (moment - EPOCH) // MICROSECOND


@dataclass(frozen=True)
class Rhythm:
    """How busy each hour of the day and day of the week (Monday first) is, in local time."""

    hours: Sequence[float] = (1.0,) * 24
    weekdays: Sequence[float] = (1.0,) * 7
    utc_offset_hours: int = 0

    @classmethod
    def parse(cls, spec: dict[str, Any] | None, where: str) -> Rhythm:
        """From a stream's or feed's configuration.

        Raises:
            UsageError: wrong keys, or not 24 hours and 7 weekdays of numbers.
        """
        try:
            rhythm = cls(**(spec or {}))
            numbers = [*rhythm.hours, *rhythm.weekdays]
            fits = len(rhythm.hours) == 24 and len(rhythm.weekdays) == 7
            fits = fits and all(0 <= number < math.inf for number in numbers)
        except TypeError as error:
            raise UsageError(f"{where}: rhythm: {error}") from None
        if not fits or not isinstance(rhythm.utc_offset_hours, int):
            raise UsageError(
                f"{where}: rhythm: give 24 hours and 7 weekdays (Monday first) of 0 or more, and "
                "utc_offset_hours as a whole number"
            )
        return rhythm

    def weight(self, hours: np.ndarray) -> np.ndarray:
        """How busy each hour is; hours are counted since 1970 in UTC."""
        local = hours + self.utc_offset_hours
        weekday = (local // 24 + 3) % 7  # 1970-01-01 was a Thursday
        return np.asarray(self.weekdays)[weekday] * np.asarray(self.hours)[local % 24]


class Spread:
    """``total`` events over [start, end), denser where the rhythm is.

    Event i falls into the i-th of ``total`` equal parts of the range's weight, so that the order is
    known in advance.

    Args:
        growth: how busy the stream is at given times, besides the rhythm.

    Raises:
        UsageError: the range is empty or too long, or has no weight.
    """

    def __init__(
        self,
        start: int,
        end: int,
        total: int,
        rhythm: Rhythm,
        growth: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        if end <= start:
            raise UsageError("the end of the event times has to come after their start")
        if end - start > MOST_YEARS * 366 * 24 * HOUR:
            raise UsageError(f"spread the event times over at most {MOST_YEARS} years")
        hours = np.arange(start // HOUR, (end - 1) // HOUR + 1)
        self._from = np.maximum(hours * HOUR, start)
        self._span = np.minimum((hours + 1) * HOUR, end) - self._from
        weight = rhythm.weight(hours) * self._span
        if growth is not None:
            weight = weight * growth(self._from)
        self._edges = np.cumsum(weight)
        self._weight, self._total, self._last = weight, total, end - 1
        if not self._edges[-1] > 0:
            raise UsageError("the rhythm gives the whole range of event times no weight")

    def times(self, first: int, count: int, rng: RandomStream) -> Micros:
        """Event times of ``count`` events from number ``first`` on, in order."""
        part = (np.arange(first, first + count) + rng.unit(count)) / self._total
        position = part * self._edges[-1]
        hour = np.minimum(np.searchsorted(self._edges, position, "right"), len(self._edges) - 1)
        into = 1.0 - (self._edges[hour] - position) / self._weight[hour]
        offset = (np.clip(into, 0.0, 1.0) * self._span[hour]).astype(np.int64)
        return np.minimum(self._from[hour] + offset, self._last)


@dataclass(frozen=True)
class Steady:
    """One event every 1/rate seconds from ``start`` on, without end."""

    start: int
    rate: float

    def times(self, first: int, count: int, _rng: RandomStream) -> Micros:
        """Event times of ``count`` events from number ``first`` on, in order."""
        elapsed = np.arange(first, first + count) / self.rate * 1e6
        return self.start + elapsed.astype(np.int64)
