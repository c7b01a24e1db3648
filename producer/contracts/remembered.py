"""A function whose results are remembered, at the price of a dictionary look-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")
LIMIT = 100_000


class Remembered(dict[K, V]):
    """``remembered[key]`` is ``make(key)``. What ``make`` raises is not remembered.

    functools.lru_cache takes twice as long, and most values of most fields are repeated.
    """

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        if len(self) >= LIMIT:
            self.clear()
        value = self[key] = self._make(key)
        return value
