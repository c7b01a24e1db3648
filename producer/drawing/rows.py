"""Rows drawn together: columns by name, each computed once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from producer.drawing.random_streams import RandomStream, Weighted

V = TypeVar("V")
Column = np.ndarray
#: Draws one column of the rows.
Draw = Callable[["Rows", RandomStream], Column]


def look_up(what: str, name: str, known: Mapping[str, V]) -> V:
    """The value that a name stands for.

    Raises:
        ValueError: nothing is called so; the text lists what there is.
    """
    if name not in known:
        raise ValueError(f"there is no {what} {name!r}; known: {', '.join(known)}")
    return known[name]


@dataclass
class Entity:
    """A table of who or what events are about; each event draws one of its rows.

    Attributes:
        columns: by name, all of the same length.
        odds: of each row to be drawn.
        since: microseconds since 1970 from which each row exists, in order; None for always.
    """

    name: str
    columns: dict[str, Column]
    odds: Weighted
    since: np.ndarray | None = None

    def column(self, name: str) -> Column:
        """A column by its name.

        Raises:
            ValueError: there is none of that name.
        """
        return look_up(f"column of {self.name}", name, self.columns)

    def pick(self, rng: RandomStream, count: int, times: np.ndarray | None) -> np.ndarray:
        """Row numbers; with ``since``, of rows that exist by then (of all while none does yet)."""
        if self.since is None or times is None:
            return self.odds.pick(rng, count)
        existing = np.searchsorted(self.since, times, side="right")
        existing[existing == 0] = len(self.since)
        return self.odds.pick(rng, count, existing)

    def volume(self, times: np.ndarray) -> np.ndarray:
        """The weight of the rows that exist at these times: how busy they make the stream."""
        if self.since is None:
            return np.ones(len(times))
        return np.concatenate([[0.0], self.odds.edges])[np.searchsorted(self.since, times, "right")]


@dataclass(eq=False)
class Rows:
    """``count`` rows, numbered from ``first``.

    Attributes:
        fields: the columns that can be drawn, in their declared order.
        scope: what the random streams of these rows are named by, besides the column.
        times: event times in microseconds since 1970, or None for rows outside of time.
        redrawn: columns to draw again; all others are as they are without ``redrawn``.
    """

    fields: Mapping[str, Draw]
    count: int
    seed: int
    scope: tuple[str | int, ...]
    first: int = 0
    times: np.ndarray | None = None
    entities: Mapping[str, Entity] = field(default_factory=dict)
    redrawn: frozenset[str] = frozenset()
    _columns: dict[str, Column] = field(default_factory=dict, init=False)
    _picks: dict[str, np.ndarray] = field(default_factory=dict, init=False)
    _open: list[str] = field(default_factory=list, init=False)

    def __getitem__(self, name: str) -> Column:
        """A column of these rows, or ``entity.column`` of the entity each row drew.

        Raises:
            ValueError: nothing is called so, or it refers to itself in the end.
        """
        if name not in self._columns:
            self._columns[name] = self._draw(name)
        return self._columns[name]

    def _draw(self, name: str) -> Column:
        if "." in name:
            entity, attribute = name.split(".", 1)
            table = look_up("entity", entity, self.entities)
            if entity not in self._picks:
                rng = self.random_stream(f"entity {entity}")
                self._picks[entity] = table.pick(rng, self.count, self.times)
            return table.column(attribute)[self._picks[entity]]
        draw = look_up("field", name, self.fields)
        if name in self._open:
            raise ValueError(f"fields refer to each other: {' -> '.join([*self._open, name])}")
        self._open.append(name)
        column = draw(self, self.random_stream(name))
        self._open.pop()
        return column

    def random_stream(self, name: str) -> RandomStream:
        """The stream of random numbers that belongs to one column of these rows."""
        # The word is part of what every drawn value depends on.
        scope = (*self.scope, "again") if name in self.redrawn else self.scope
        return RandomStream(self.seed, *scope, name)

    def tuples(self) -> list[tuple[Any, ...]]:
        """All rows with the columns in their declared order."""
        columns = [self[name].tolist() for name in self.fields]
        return list(zip(*columns, strict=True))
