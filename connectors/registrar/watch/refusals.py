"""One connector's refused records: taken out of the way, reported, and kept within bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.registrar.dead_letters import PREFIX
from connectors.registrar.records.errors import UnsupportedError
from connectors.registrar.rest import UnreachableError
from connectors.registrar.watch.isolation import Isolation, TooManyError
from connectors.registrar.watch.limits import Limits, Meter
from connectors.registrar.watch.state import State

# How many of the dead letters of an isolation an event names one by one.
NAMED = 20


class Refusals:
    """Has them isolated, and marks the result in the state.

    Attributes:
        count: of the records that were refused since the watcher began.
    """

    def __init__(
        self, isolation: Isolation, state: State, limits: Limits, clock: Callable[[], float]
    ) -> None:
        self.count = 0
        self._isolation = isolation
        self._state = state
        self._limits = limits
        self._clock = clock
        self._lately = Meter()

    def isolate(self, task: int) -> bool:
        """Whether records were taken out of the way, or that is still to be done.

        Raises:
            UnreachableError: Connect does not answer; the journal brings the next tick back.
        """
        try:
            outcome = self._isolation.run(task, self._allow)
        except UnsupportedError as error:
            self._state.note_ongoing("cannot isolate", str(error))
            return False
        except TooManyError as error:
            self._state.mark_stopped(str(error))
            return True
        except UnreachableError:
            raise
        # Whatever it was: the connector is stopped, and the journal brings the next tick back.
        except Exception as error:
            self._state.backoff.attempt(self._clock())
            self._state.note_ongoing("isolation interrupted", _first_line(error))
            return True
        self._state.backoff.attempt(self._clock())
        if not outcome.refused:
            attempt = self._state.backoff.attempts
            self._state.report("nothing refused", written=outcome.written, attempt=attempt)
            return True
        self._state.backoff.reset()
        self.count += len(outcome.refused)
        self._state.report(
            "isolated",
            written=outcome.written,
            refused=len(outcome.refused),
            unconvertible=outcome.unconvertible,
            records=[_describe(each) for each in outcome.refused[:NAMED]],
        )
        return True

    def resume(self) -> None:
        """End an isolation that was cut off: the connector runs."""
        self._isolation.finish()

    def _allow(self, count: int) -> None:
        total = self._lately.add(self._clock(), count)
        if total > self._limits.max_refused_per_minute:
            raise TooManyError(
                f"{total} records were refused within a minute, more than "
                f"{self._limits.max_refused_per_minute}: this is not a single bad record. None of "
                f"the last {count} was sent to the dead-letter topic. After the fix: "
                f"register.py resume {self._isolation.name}"
            )


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]


def _describe(dead_letter: dict[str, Any]) -> dict[str, str]:
    headers = {name.removeprefix(PREFIX): value for name, value in dead_letter["headers"]}
    origin = ("topic", "partition", "offset", "exception.message")
    return {name: headers[name].decode() for name in origin if name in headers}
