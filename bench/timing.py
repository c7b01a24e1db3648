"""Rates of two ways to do the same thing, measured in turns, so that both meet the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

#: Does the work and says how many things it did.
Work = Callable[[], int]


def compare(
    what: str, comparison: str, ours: Work, theirs: Work, *, bar: float | None, rounds: int = 5
) -> dict[str, Any]:
    """One row of the bench table: medians in things a second, and their ratio.

    ``bar`` is the ratio to reach, if there is one, and ``spread`` the range of the ratios of
    single rounds. The first run of each way is not counted: it fills caches.
    """
    ours(), theirs()
    pairs = [(_rate(ours), _rate(theirs)) for _ in range(rounds)]
    ratios = [mine / other for mine, other in pairs]
    our_median = median(mine for mine, _ in pairs)
    their_median = median(other for _, other in pairs)
    return {
        "what": what,
        "comparison": comparison,
        "ours_median": round(our_median),
        "theirs_median": round(their_median),
        "ratio": round(our_median / their_median, 2),
        "spread": f"{min(ratios):.2f}-{max(ratios):.2f}",
        "n": rounds,
        "bar": bar,
    }


def _rate(work: Work) -> float:
    began = time.perf_counter()
    return work() / (time.perf_counter() - began)
