"""One connector under watch: looks, decides, acts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psycopg

from registrar.database import Database, from_config
from registrar.errors import RegistrarError
from registrar.health import FAILED, MISSING, Health, look
from registrar.kafka import Kafka
from registrar.lag import Lag, measure
from registrar.records.errors import UnsupportedError
from registrar.rest import Connect
from registrar.watch.causes import Cause, classify
from registrar.watch.events import Emit
from registrar.watch.isolation import RESUMING, Isolation, TooManyError
from registrar.watch.journal import Journal
from registrar.watch.limits import Backoff, Limits, Meter

# How many of an isolation's letters an event names one by one.
NAMED = 20


class Ward:
    """Keeps one connector running.

    Args:
        clock: seconds, monotonic; tests turn it.
    """

    def __init__(
        self,
        connect: Connect,
        kafka: Kafka,
        journal: Journal,
        name: str,
        limits: Limits,
        emit: Emit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.summary: dict[str, Any] = {"state": "", "restarts": 0, "refused": 0, "note": ""}
        self._connect = connect
        self._kafka = kafka
        self._journal = journal
        self._limits = limits
        self._emit = emit
        self._clock = clock
        self._backoff = Backoff(limits)
        self._refused = Meter()
        self._isolation = Isolation(connect, kafka, journal, name, self._allow)
        self._down_since: float | None = None
        self._missing_since: float | None = None
        self._said = ""
        self._moved = clock()
        self._looked = 0.0
        self._lag: Lag | None = None

    def tick(self) -> None:
        """Look once, and do what is due.

        Raises:
            RegistrarError: Connect or Kafka does not answer; the next tick tries again.
        """
        unfinished = self._journal.read(self.name)
        if unfinished:
            self._continue(unfinished)
            return
        health = look(self._connect, self.name)
        self.summary["state"] = FAILED if health.failed else health.state
        if health.failed:
            self._on_failure(health)
        elif health.running:
            self._on_running()
        elif health.state == MISSING:
            self._on_missing()
        if health.state != MISSING:
            self._missing_since = None

    def _on_missing(self) -> None:
        """A starting worker answers 404 for what it has not read yet: wait, then tell."""
        now = self._clock()
        self._missing_since = self._missing_since or now
        if now - self._missing_since >= self._limits.missing_seconds:
            self._say("missing", "Connect does not have it: register.py apply")

    # --- failures ---------------------------------------------------------------------------

    def _on_failure(self, health: Health) -> None:
        now = self._clock()
        cause = classify(health.failure)
        if self._down_since is None:
            self._down_since = now
            self._event("failed", cause=cause, reason=health.cause)
            self._lag = self._measure()
        self.summary["note"] = f"{cause}: {health.cause}"
        if not self._backoff.ready(now) or self._given_up(health):
            return
        database = self._database()
        refusal = database.refusal() if database else ""
        if refusal:
            self._say("waiting for the database", f"{database}: {refusal}")
            return
        failed = next((task.id for task in health.tasks if task.state == FAILED), 0)
        if cause in (Cause.REFUSED, Cause.UNKNOWN) and database and self._isolate(failed):
            return
        self._restart()

    def _given_up(self, health: Health) -> bool:
        if not self._backoff.exhausted:
            return False
        self._say(
            "given up",
            f"{self._backoff.attempts} restarts in a row did not help: {health.cause}. "
            f"When the cause is gone: register.py restart {self.name}",
        )
        return True

    def _restart(self) -> None:
        # All tasks: one that still runs may hold the same failure, and throw it at its next batch.
        self._connect.restart(self.name, only_failed=False)
        self._backoff.attempt(self._clock())
        self.summary["restarts"] += 1
        self._event("restarted", attempt=self._backoff.attempts)

    def _database(self) -> Database | None:
        """The connector's database, if it is one that can be asked."""
        try:
            return from_config(self._connect.config(self.name) or {})
        except RegistrarError:
            return None

    # --- refused records --------------------------------------------------------------------

    def _isolate(self, task: int) -> bool:
        """Whether records were taken out of the way."""
        try:
            outcome = self._isolation.run(task)
        except UnsupportedError as error:
            self._say("cannot isolate", str(error))
            return False
        except TooManyError as error:
            self._down_since = None
            self._event("stopped", reason=str(error))
            self.summary.update(state="STOPPED", note=str(error))
            return True
        except psycopg.Error as error:
            # The journal brings the next tick back to it.
            self._event("isolation interrupted", reason=str(error).splitlines()[0])
            return True
        self._backoff.attempt(self._clock())
        if not outcome.refused:
            self._event("nothing refused", written=outcome.written, attempt=self._backoff.attempts)
            return True
        self._backoff.reset()
        self.summary["refused"] += len(outcome.refused)
        self._event(
            "isolated",
            written=outcome.written,
            refused=len(outcome.refused),
            unconvertible=outcome.unconvertible,
            records=[_describe(letter) for letter in outcome.refused[:NAMED]],
        )
        return True

    def _continue(self, unfinished: dict[str, Any]) -> None:
        """An isolation was cut off: by a kill of the watcher, or by the database."""
        if not self._backoff.ready(self._clock()):
            return
        if self._connect.config(self.name) is None:
            # Deleted, or its worker has just started: what is remembered may still be needed.
            self._on_missing()
        elif unfinished.get("step") == RESUMING:
            self._isolation.finish()
            self._event("resumed", reason="an isolation had been cut off at its last step")
        else:
            self._continue_isolation(int(unfinished.get("task", 0)))

    def _continue_isolation(self, task: int) -> None:
        database = self._database()
        refusal = database.refusal() if database else ""
        if refusal:
            self._say("waiting for the database", f"{database}: {refusal}")
            return
        self._event("continued", reason="an isolation had been cut off")
        self._down_since = self._down_since or self._clock()
        if not self._isolate(task):
            self._isolation.finish()

    def _allow(self, count: int) -> None:
        total = self._refused.add(self._clock(), count)
        if total > self._limits.max_refused_per_minute:
            raise TooManyError(
                f"{total} records were refused within a minute, more than "
                f"{self._limits.max_refused_per_minute}: this is no single bad record. None of "
                f"the last {count} was sent to the dead-letter topic. After the fix: "
                f"register.py resume {self.name}"
            )

    # --- running ----------------------------------------------------------------------------

    def _on_running(self) -> None:
        now = self._clock()
        if now - self._looked < self._limits.lag_seconds and self._down_since is None:
            return
        self._looked = now
        lag = self._measure()
        moved = self._lag is None or lag.positions != self._lag.positions
        self._lag = lag
        self.summary["lag"] = lag.total
        if moved or lag.total == 0:
            self._on_progress(now)
        else:
            self._on_stillness(now)

    def _measure(self) -> Lag:
        config = self._connect.config(self.name) or {}
        return measure(self._connect, self._kafka, self.name, config)

    def _on_progress(self, now: float) -> None:
        self._moved = now
        if self._down_since is None:
            return
        if not self._backoff.ready(now):
            return
        seconds = round(now - self._down_since, 1)
        self._event("recovered", seconds=seconds, lag=self.summary["lag"])
        self._down_since = None
        self._said = ""
        self.summary["note"] = ""
        self._backoff.reset()

    def _on_stillness(self, now: float) -> None:
        """RUNNING, records to read, and no movement: status can hide a dead task."""
        still = now - self._moved
        if still < self._limits.empty_group_seconds or not self._backoff.ready(now):
            return
        members = self._kafka.group_members(f"connect-{self.name}")
        if members and still < self._limits.stall_seconds:
            return
        self._down_since = self._down_since or self._moved
        self._event("stalled", seconds=round(still, 1), consumers=members, attempt=self._attempt())
        if self._backoff.exhausted:
            return
        self._moved = now
        # The trace that Connect could not store may have been that of a refused record.
        if self._backoff.attempts and self._database() and self._isolate(0):
            return
        self._restart()

    # --- telling ----------------------------------------------------------------------------

    def _attempt(self) -> int:
        return self._backoff.attempts + 1

    def _event(self, event: str, **details: Any) -> None:
        self._said = ""
        self._emit(self.name, event, **details)

    def _say(self, event: str, reason: str) -> None:
        """An event that lasts: said once, kept as the connector's note."""
        self.summary["note"] = f"{event}: {reason}"
        if self._said != event:
            self._event(event, reason=reason)
            self._said = event


def _describe(letter: dict[str, Any]) -> dict[str, str]:
    headers = {k.rpartition("__connect.errors.")[2]: v for k, v in letter["headers"]}
    origin = ("topic", "partition", "offset", "exception.message")
    return {name: headers[name].decode() for name in origin if name in headers}
