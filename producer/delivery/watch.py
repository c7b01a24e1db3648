"""Who watches a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from producer.delivery.totals import Totals


@dataclass(frozen=True)
class Watch:
    """Ways from a run to the person who started it.

    Attributes:
        say: takes a line of text.
        show: takes the totals, often.
        stopped: how often the run was asked to end: once is well, twice is at once.
    """

    say: Callable[[str], None]
    show: Callable[[Totals], None]
    stopped: Callable[[], int]
