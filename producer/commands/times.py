"""Timestamps and durations as options give them, and the timeline that a run's options ask for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from producer.drawing.timeline import Rhythm, Spread, Steady, Timeline, micros
from producer.errors import UsageError

# A given seed gives the same bytes on any day, so its event times cannot begin now.
SEEDED_START = datetime(2026, 11, 1, tzinfo=UTC)
SEEDED_RANGE = timedelta(days=7)
RECENT = timedelta(days=1)
LONGEST = timedelta(days=36500)
# How far event time moves on with each event when neither a range nor a rate says it.
NOMINAL_RATE = 1000.0
UNITS = {"ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def read_timestamp(text: str) -> datetime:
    """ISO date or date with time; UTC unless it has an offset; or ``now``.

    Raises:
        UsageError: it is none of these.
    """
    if text == "now":
        return datetime.now(UTC)
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        use = "2026-11-01 or 2026-11-01T08:30:00"
        raise UsageError(f"{text!r} is not a valid time: use {use}") from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def read_duration(text: str) -> timedelta:
    """A number with a unit: 250ms, 90s, 15m, 2h, 3d, 1w.

    Raises:
        UsageError: it is written otherwise, or longer than LONGEST.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", text)
    if not found:
        raise UsageError(f"{text!r} is not a duration: use 90s, 15m, 2h or 3d")
    seconds = float(found[1]) * UNITS[found[2]]
    if seconds > LONGEST.total_seconds():
        raise UsageError(f"{text!r} is too long: use up to {LONGEST.days}d")
    return timedelta(seconds=seconds)


def choose_timeline(
    rhythm: Rhythm,
    *,
    start: datetime | None,
    end: datetime | None,
    seeded: bool,
    count: int | None,
    rate: float | None,
) -> Timeline:
    """Event times for a run.

    With a range (or a seed, which implies one) a counted run is spread over it in the stream's
    rhythm. Without, events happen when they are sent, or in the last day if they are sent at once.

    Raises:
        UsageError: the range is empty or beyond the year 9999, or has an end but no count of
            events.
    """
    if start is None and end is None and not seeded:
        now = datetime.now(UTC)
        if rate is not None or count is None:
            return Steady(micros(now), rate or NOMINAL_RATE)
        start, end = now - RECENT, now
    try:
        if start is None:
            start = end - SEEDED_RANGE if end is not None else SEEDED_START
        if count is not None:
            return Spread(micros(start), micros(end or start + SEEDED_RANGE), count, rhythm)
    except OverflowError:
        raise UsageError("the event times have to be in the years 0001 to 9999") from None
    if end is not None:
        raise UsageError("--end needs --count: how many events to spread over the range")
    return Steady(micros(start), rate or NOMINAL_RATE)
