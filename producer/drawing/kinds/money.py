"""Amounts of money."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from producer.drawing.draws import Draws
from producer.drawing.kinds.kind import kind, objects
from producer.drawing.rows import Column, Kind, Rows

CENT = Decimal("0.01")


@kind
def price(
    between: list[str], times: list[str] | None = None, step: str | None = None, refunds: float = 0
) -> Kind:
    """Decimal with two digits between two columns, more often low; times some factor columns;
    rounded to a step column (1 for a currency without cents); a share of them negative."""
    low, high = between

    def draw(rows: Rows, draws: Draws) -> Column:
        skew = draws.unit(rows.count)
        bottom = rows[low].astype(np.float64)
        value = bottom + (rows[high].astype(np.float64) - bottom) * (skew * skew)
        for factor in times or []:
            value = value * rows[factor].astype(np.float64)
        grain = rows[step].astype(np.float64) * 100 if step else np.ones(rows.count)
        cents = np.maximum(np.floor(value * 100 / grain + 0.5), 1) * grain
        cents = np.where(draws.unit(rows.count) < refunds, -cents, cents).astype(np.int64)
        return objects([CENT * each for each in cents.tolist()])

    return draw
