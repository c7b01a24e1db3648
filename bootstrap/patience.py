"""A wait that a slow machine may draw out, and something that stands still may not."""

from __future__ import annotations

import time
from collections.abc import Callable


class Patience:
    """A deadline that is put off for as long as what is waited for gets on."""

    def __init__(
        self, seconds: float, how_far: Callable[[], object] = lambda: None, start: object = None
    ) -> None:
        """Begin to wait.

        Args:
            seconds: in which it must get on.
            how_far: asked once in that time; its answer differs from the last one if it got on.
            start: the answer before it has begun.
        """
        self.seconds = seconds
        self._how_far = how_far
        self._was = start
        self._until = time.monotonic() + seconds

    def is_over(self) -> bool:
        """Whether it stood still for `seconds`, noticed after at most twice that time."""
        if time.monotonic() <= self._until:
            return False
        now = self._how_far()
        if now == self._was:
            return True
        self._was, self._until = now, time.monotonic() + self.seconds
        return False
