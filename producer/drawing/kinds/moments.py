"""When events happen, and keys that tell."""

from __future__ import annotations

import numpy as np

from producer.contracts.checks import EPOCH, MICROSECOND
from producer.drawing.draws import Draws
from producer.drawing.kinds.kind import kind, objects
from producer.drawing.rows import Column, Kind, Rows
from producer.drawing.uuid7 import uuid4s, uuid7s
from producer.errors import UsageError

DAY = 86_400_000_000


@kind
def event_time(form: str) -> Kind:
    """When the event happens: as ``micros`` (for timestamp-micros) or as ISO ``date``."""
    if form not in ("micros", "date"):
        raise ValueError("use micros or date")

    def draw(rows: Rows, draws: Draws) -> Column:
        times = event_times(rows)
        if form == "micros":
            return times
        days = (times // DAY).tolist()
        text = {day: (EPOCH + MICROSECOND * (day * DAY)).date().isoformat() for day in set(days)}
        return objects([text[day] for day in days])

    return draw


def event_times(rows: Rows) -> np.ndarray:
    if rows.times is None:
        raise UsageError("event_time has no meaning in an entity's columns")
    return rows.times


@kind
def uuid(version: int) -> Kind:
    """7: begins with the event time, so keys sort by it. 4: random."""
    if version == 7:
        return lambda rows, draws: objects(uuid7s(event_times(rows), draws))
    if version == 4:
        return lambda rows, draws: objects(uuid4s(rows.count, draws))
    raise ValueError("version is 4 or 7")
