"""A wait ends when nothing gets on, not when a slow machine needs longer."""

from __future__ import annotations

from itertools import count, repeat

import pytest

from bootstrap import patience
from bootstrap.patience import Patience


@pytest.mark.parametrize(
    ("answers", "over"),
    [(repeat(0), True), (count(1), False)],
    ids=["stands still", "gets on"],
)
def test_a_wait_ends_only_if_what_is_waited_for_stands_still(
    monkeypatch: pytest.MonkeyPatch, answers: count[int], over: bool
) -> None:
    clock = count(0.0, 6.0)
    monkeypatch.setattr(patience.time, "monotonic", lambda: next(clock))
    waiting = Patience(10, lambda: next(answers), start=0)
    assert any(waiting.is_over() for _ in range(100)) == over
