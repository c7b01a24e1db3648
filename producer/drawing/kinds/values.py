"""Values out of lists, maps and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from producer.drawing.draws import Draws, Weighted
from producer.drawing.kinds.kind import kind, objects
from producer.drawing.rows import Column, Kind, Rows


@kind
def take(reference: str) -> Kind:
    """Another column: ``take: user.currency`` of the entity drawn, or ``take: other_field``."""
    return lambda rows, draws: rows[reference]


@kind
def constant(value: Any) -> Kind:
    return lambda rows, draws: objects([value] * rows.count)


@kind
def choice(values: list[Any] | dict[Any, float]) -> Kind:
    """One of a list, or of a map from value to weight."""
    weights = values if isinstance(values, dict) else dict.fromkeys(values, 1)
    table, odds = objects(list(weights)), Weighted(list(weights.values()))
    return lambda rows, draws: table[odds.pick(draws, rows.count)]


@kind
def map_(reference: str, to: dict[Any, Any], default: Any = None) -> Kind:
    """A value by the value of another column; ``to`` may hold choices ({value: weight})."""
    plain = {key: value for key, value in to.items() if not isinstance(value, dict)}
    drawn = {key: choice(value) for key, value in to.items() if isinstance(value, dict)}

    def draw(rows: Rows, draws: Draws) -> Column:
        keys = rows[reference].tolist()
        column = objects([plain.get(key, default) for key in keys])
        for key, made in drawn.items():
            chosen = np.asarray([k == key for k in keys])
            column[chosen] = made(rows, rows.draws(f"{reference}={key}"))[chosen]
        return column

    return draw


@kind
def integer(bounds: list[int]) -> Kind:
    """Uniform from the first to the second number, both included."""
    low, high = bounds
    return lambda rows, draws: draws.below(high - low + 1, rows.count) + low


@kind
def sample(values: list[str], min: int = 1, max: int = 3, separator: str = ",") -> Kind:
    """Some of a list without repeats, joined."""

    def draw(rows: Rows, draws: Draws) -> Column:
        sizes = (draws.below(max - min + 1, rows.count) + min).tolist()
        order = np.argsort(draws.unit(rows.count * len(values)).reshape(rows.count, -1), axis=1)
        picked = zip(order.tolist(), sizes, strict=True)
        return objects([separator.join(values[i] for i in row[:size]) for row, size in picked])

    return draw
