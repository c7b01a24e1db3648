"""Seeded random numbers that stay the same on every machine and with every numpy.

Only the raw stream of numpy's PCG64 is used: numpy promises it (NEP 19), but not the results of
Generator's methods. Each (seed, scope) has a stream of its own, so a field gets the same values
whether it is drawn in one process or in several, alone or together with new fields.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray


class RandomStream:
    """One stream of random numbers, named by a seed and a scope."""

    def __init__(self, seed: int, *scope: str | int) -> None:
        words = [crc32(part.encode()) if isinstance(part, str) else part for part in scope]
        self._source = np.random.PCG64(np.random.SeedSequence([seed, *words]))

    def bits(self, count: int) -> NDArray[np.uint64]:
        """64 random bits each."""
        return self._source.random_raw(count)

    def unit(self, count: int) -> NDArray[np.float64]:
        """Uniform in [0, 1), 53 bits each."""
        return (self.bits(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, limit: int, count: int) -> NDArray[np.int64]:
        """Uniform whole numbers in [0, limit); limit up to 2**32."""
        wide = (self.bits(count) >> np.uint64(32)) * np.uint64(limit)
        return (wide >> np.uint64(32)).astype(np.int64)


class Weighted:
    """Picks indexes in proportion to weights."""

    def __init__(self, weights: NDArray[np.float64] | list[float]) -> None:
        # cumsum adds in order; sum() adds in an order that depends on the processor.
        self.edges = np.cumsum(np.asarray(weights, dtype=np.float64))

    def pick(
        self, rng: RandomStream, count: int, among: NDArray[np.int64] | None = None
    ) -> np.ndarray:
        """``count`` indexes; with ``among``, index i is one of the first ``among[i]`` entries."""
        top = self.edges[-1] if among is None else self.edges[among - 1]
        found = np.searchsorted(self.edges, rng.unit(count) * top, side="right")
        return np.minimum(found, len(self.edges) - 1)
