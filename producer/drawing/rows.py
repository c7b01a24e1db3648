"""Rows drawn together: columns by name, each computed once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from producer.drawing.draws import Draws
from producer.errors import UsageError

if TYPE_CHECKING:
    from producer.drawing.entities import Entity

Column = np.ndarray
Kind = Callable[["Rows", Draws], Column]


class Rows:
    """``count`` rows, numbered from ``first``.

    Attributes:
        times: event times in microseconds since 1970, or None for rows outside of time.
        scope: what the random streams of these rows are named by, beside the column.
        again: columns to draw anew, everything else being as it is without ``again``.
    """

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        count: int,
        seed: int,
        scope: tuple[str | int, ...],
        *,
        first: int = 0,
        times: np.ndarray | None = None,
        entities: Mapping[str, Entity] | None = None,
        again: frozenset[str] = frozenset(),
    ) -> None:
        self.count, self.first, self.seed, self.scope, self.times = count, first, seed, scope, times
        self.again = again
        self._kinds, self._entities = kinds, entities or {}
        self._columns: dict[str, Column] = {}
        self._picks: dict[str, np.ndarray] = {}
        self._open: list[str] = []

    def __getitem__(self, name: str) -> Column:
        """A column of these rows, or ``entity.column`` of the entity each row drew."""
        if name not in self._columns:
            self._columns[name] = self._draw(name)
        return self._columns[name]

    def _draw(self, name: str) -> Column:
        if "." in name:
            entity, attribute = name.split(".", 1)
            return self._entity(entity).column(attribute)[self._pick(entity)]
        if name not in self._kinds:
            raise UsageError(f"{name!r} is not one of {', '.join(self._kinds)}")
        if name in self._open:
            raise UsageError(f"fields refer to each other: {' -> '.join([*self._open, name])}")
        self._open.append(name)
        column = self._kinds[name](self, self.draws(name))
        self._open.pop()
        return column

    def draws(self, name: str) -> Draws:
        """The stream of random numbers that belongs to one column of these rows."""
        scope = (*self.scope, "again") if name in self.again else self.scope
        return Draws(self.seed, *scope, name)

    def _entity(self, name: str) -> Entity:
        if name not in self._entities:
            raise UsageError(f"there is no entity {name!r}; known: {', '.join(self._entities)}")
        return self._entities[name]

    def _pick(self, name: str) -> np.ndarray:
        if name not in self._picks:
            draws = self.draws(f"entity {name}")
            self._picks[name] = self._entity(name).pick(draws, self.count, self.times)
        return self._picks[name]

    def tuples(self) -> list[tuple[Any, ...]]:
        """All rows with the columns in their declared order."""
        columns = [self[name].tolist() for name in self._kinds]
        return list(zip(*columns, strict=True))
