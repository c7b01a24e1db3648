"""Rates of two ways to do the same thing, measured in turns, so that both meet the same machine."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

#: Does the work and returns how many things it did.
Work = Callable[[], int]


@dataclass(frozen=True)
class Prepared:
    """Work that needs something done before each run, which is not counted."""

    before: Callable[[], object]
    work: Work

    def __call__(self) -> int:
        """Do the work alone."""
        return self.work()


def compare_rates(
    what: str, comparison: str, ours: Work, theirs: Work, *, bar: float | None, rounds: int = 5
) -> dict[str, Any]:
    """One row of the bench table: medians in things a second, and their ratio.

    ``bar`` is the ratio to reach, if there is one. The first run of each way is not counted: it
    fills caches.
    """
    measure_rate(ours), measure_rate(theirs)
    pairs = [(measure_rate(ours), measure_rate(theirs)) for _ in range(rounds)]
    return table_row(what, comparison, pairs, bar)


def table_row(
    what: str, comparison: str, pairs: list[tuple[float, float]], bar: float | None
) -> dict[str, Any]:
    """One row of the bench table from our rate and theirs in each round.

    Its ``spread`` is the range of the ratios of single rounds.
    """
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
        "n": len(pairs),
        "bar": bar,
    }


def limit_row(what: str, values: Sequence[float], limit: float) -> dict[str, Any]:
    """One row of the bench table from what each round measured, of which less is better.

    Its ratio is how often the median fits into the limit, and its bar therefore 1.
    """
    row = table_row(what, "the limit", [(limit, value) for value in values], 1.0)
    return row | {"ours_median": row["theirs_median"], "theirs_median": row["ours_median"]}


def print_json(rows: Iterable[dict[str, Any]]) -> int:
    """Print rows of the bench table as they are measured, one in JSON a line; returns 0."""
    for row in rows:
        print(json.dumps(row), flush=True)
    return 0


def show_progress(text: str) -> None:
    """Say on stderr how far a long measurement is; the table is on stdout."""
    print(text, file=sys.stderr, flush=True)


def measure_rate(work: Work) -> float:
    """Things a second of one run."""
    if isinstance(work, Prepared):
        work.before()
    began = time.perf_counter()
    return work() / (time.perf_counter() - began)
