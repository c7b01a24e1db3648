"""Ctrl-C and SIGTERM ask a run to end well; a second one asks it to end at once."""

from __future__ import annotations

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Counts the signals; a third one ends the program where it is. For use in ``with``."""

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self) -> int:
        """How many signals came so far."""
        return self._asked

    def __enter__(self) -> Stop:
        self._before = {number: signal.signal(number, self._ask) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        self._asked += 1
        if self._asked > 1:
            signal.signal(number, signal.SIG_DFL)
