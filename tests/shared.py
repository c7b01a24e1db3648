"""What tests share that is dear to start, for as long as they need it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, TypeVar

T = TypeVar("T")


class Shared:
    """What tests of a group share: started when the first of them asks, ended after the last.

    A fixture of the session would go on during all groups that follow, and a whole chain at rest
    takes a quarter of a core.
    """

    def __init__(self) -> None:
        self._running = ExitStack()
        self._made: dict[str, Any] = {}

    def once(self, name: str, start: Callable[[], AbstractContextManager[T]]) -> T:
        """What `start` gave to the first that asked for the name.

        Raises:
            Exception: what `start` raised then; it is not tried again for each test of the group.
        """
        if name not in self._made:
            try:
                self._made[name] = self._running.enter_context(start())
            except Exception as error:
                self._made[name] = error
        found = self._made[name]
        if isinstance(found, Exception):
            raise found
        return found

    def end(self) -> None:
        """End all of it, the last first."""
        self._made.clear()
        self._running.close()
