"""Rows drawn together: columns by name, each computed once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from producer.drawing.random_streams import RandomStream, Weighted

Column = np.ndarray
#: Draws one column of the rows.
Draw = Callable[["Rows", RandomStream], Column]


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
        if name not in self.columns:
            raise ValueError(
                f"{self.name} has no column {name!r}; it has {', '.join(self.columns)}"
            )
        return self.columns[name]

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


class Rows:
    """``count`` rows, numbered from ``first``.

    Attributes:
        times: event times in microseconds since 1970, or None for rows outside of time.
        scope: what the random streams of these rows are named by, besides the column.
        redrawn: columns to draw again; all others are as they are without ``redrawn``.
    """

    def __init__(
        self,
        fields: Mapping[str, Draw],
        count: int,
        seed: int,
        scope: tuple[str | int, ...],
        *,
        first: int = 0,
        times: np.ndarray | None = None,
        entities: Mapping[str, Entity] | None = None,
        redrawn: frozenset[str] = frozenset(),
    ) -> None:
        self.count, self.first, self.seed, self.scope, self.times = count, first, seed, scope, times
        self.redrawn = redrawn
        self._fields, self._entities = fields, entities or {}
        self._columns: dict[str, Column] = {}
        self._picks: dict[str, np.ndarray] = {}
        self._open: list[str] = []

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
            return self._entity(entity).column(attribute)[self._pick(entity)]
        if name not in self._fields:
            raise ValueError(f"there is no field {name!r}; known: {', '.join(self._fields)}")
        if name in self._open:
            raise ValueError(f"fields refer to each other: {' -> '.join([*self._open, name])}")
        self._open.append(name)
        column = self._fields[name](self, self.random_stream(name))
        self._open.pop()
        return column

    def random_stream(self, name: str) -> RandomStream:
        """The stream of random numbers that belongs to one column of these rows."""
        # The word is part of what every drawn value depends on.
        scope = (*self.scope, "again") if name in self.redrawn else self.scope
        return RandomStream(self.seed, *scope, name)

    def _entity(self, name: str) -> Entity:
        if name not in self._entities:
            raise ValueError(f"there is no entity {name!r}; known: {', '.join(self._entities)}")
        return self._entities[name]

    def _pick(self, name: str) -> np.ndarray:
        if name not in self._picks:
            rng = self.random_stream(f"entity {name}")
            self._picks[name] = self._entity(name).pick(rng, self.count, self.times)
        return self._picks[name]

    def tuples(self) -> list[tuple[Any, ...]]:
        """All rows with the columns in their declared order."""
        columns = [self[name].tolist() for name in self._fields]
        return list(zip(*columns, strict=True))
