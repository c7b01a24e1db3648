"""One connector under watch: fetches its health, decides, acts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from connectors.registrar.database import Database, from_config
from connectors.registrar.errors import RegistrarError
from connectors.registrar.health import FAILED, MISSING, Health, fetch_health
from connectors.registrar.kafka import Kafka
from connectors.registrar.lag import Lag, measure_lag, reads_committed
from connectors.registrar.rest import Connect
from connectors.registrar.watch.causes import classify
from connectors.registrar.watch.events import Emit
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.progress import Progress, has_records
from connectors.registrar.watch.state import Phase, State

# A person's decision.
PAUSED, STOPPED = "PAUSED", "STOPPED"


class ConnectorMonitor:
    """Keeps one connector running.

    Args:
        clock: seconds, monotonic; a test's own in tests.
    """

    def __init__(
        self,
        connect: Connect,
        kafka: Kafka,
        name: str,
        limits: Limits,
        emit: Emit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._counts: dict[str, Any] = {"state": "", "restarts": 0}
        self._connect = connect
        self._kafka = kafka
        self._limits = limits
        self._clock = clock
        self._state = State(limits, lambda event, **more: emit(name, event, **more))
        self._backoff = self._state.backoff
        self._progress = Progress(clock())
        self._missing_since: float | None = None
        self._measured = 0.0

    @property
    def summary(self) -> dict[str, Any]:
        """For `status`."""
        return {**self._counts, "note": self._state.note}

    def tick(self) -> None:
        """Fetch the health once, and do what is due.

        Raises:
            RegistrarError: Connect or Kafka does not answer; the next tick tries again.
        """
        health = fetch_health(self._connect, self.name)
        self._counts["state"] = FAILED if health.failed else health.state
        if health.state == MISSING:
            self._on_missing()
            return
        self._missing_since = None
        if not health.running:
            self._progress.restart(self._clock())
        if health.state in (PAUSED, STOPPED):
            return
        if health.failed:
            self._on_failure(health)
        elif health.running:
            self._on_running()

    def _on_missing(self) -> None:
        """A starting worker answers 404 for what it has not read yet: wait, then report."""
        now = self._clock()
        self._missing_since = self._missing_since or now
        if now - self._missing_since >= self._limits.missing_seconds:
            self._state.mark_missing(now, "Connect does not have it: register.py apply creates it")

    # --- failures ---------------------------------------------------------------------------

    def _on_failure(self, health: Health) -> None:
        now, cause = self._clock(), classify(health.failure)
        kind = _kind(health.cause)
        is_new = kind != self._state.failure
        if self._state.phase is Phase.GIVEN_UP and not is_new:
            return
        if not self._state.down:
            self._state.mark_down(now, self._measure_lag().positions)
            self._state.report("failed", cause=cause, reason=health.cause)
        elif is_new:
            # Not what the attempts so far were made against.
            self._backoff.end_wait()
        self._state.failure = kind
        self._state.note = f"{cause}: {health.cause}"
        failing = f"{self._backoff.attempts} restarts in a row did not help: {health.cause}"
        if self._due(failing) and not self._waits_for_database():
            self._restart()

    def _due(self, failing: str) -> bool:
        """Whether the next attempt may be made; `failing` is the result of those before."""
        if self._backoff.exhausted and self._backoff.ready(self._clock()):
            advice = f"When the cause is gone: register.py restart {self.name}"
            self._state.mark_given_up(f"{failing}. {advice}")
            return False
        return self._backoff.ready(self._clock())

    def _restart(self) -> None:
        # All tasks: one that still runs may hold the same failure, and throw it at its next batch.
        self._connect.restart(self.name, only_failed=False)
        self._backoff.attempt(self._clock())
        self._counts["restarts"] += 1
        self._state.report("restarted", attempt=self._backoff.attempts)

    def _database(self) -> Database | None:
        """The connector's database; None if it is not one that can be asked."""
        try:
            return from_config(self._config())
        except RegistrarError:
            return None

    def _waits_for_database(self) -> bool:
        database = self._database()
        refusal = database.refusal() if database else ""
        if refusal:
            self._state.note_ongoing("waiting for the database", f"{database}: {refusal}")
        return bool(refusal)

    def _config(self) -> dict[str, str]:
        return self._connect.config(self.name) or {}

    # --- running ----------------------------------------------------------------------------

    def _on_running(self) -> None:
        now, state = self._clock(), self._state
        if now - self._measured < self._limits.lag_seconds and not state.down:
            return
        self._measured = now
        lag = self._measure_lag()
        self._progress.update(lag, now)
        self._counts["lag"] = lag.total
        if not state.healthy and self._backoff.ready(now) and lag.beyond(state.positions):
            state.mark_recovered(now, lag=lag.total)
        elif lag.total and state.phase is not Phase.GIVEN_UP:
            self._on_stall(now, lag)

    def _measure_lag(self) -> Lag:
        return measure_lag(self._connect, self._kafka, self.name, self._config())

    def _on_stall(self, now: float, lag: Lag) -> None:
        """RUNNING, records to read, and no progress: the status can hide a dead task."""
        stalled = self._progress.stalled_for(now)
        if stalled < self._limits.empty_group_seconds or not self._backoff.ready(now):
            return
        members = self._kafka.group_members(f"connect-{self.name}")
        if members and stalled < self._limits.stall_seconds:
            return
        if not has_records(self._kafka, lag, reads_committed(self._config())):
            self._progress.restart(now)
            if not self._state.healthy:
                self._state.mark_recovered(now, lag=0)
            return
        if not self._state.down:
            self._state.mark_down(now - stalled, lag.positions)
        if not self._due(f"no record was read after {self._backoff.attempts} restarts"):
            return
        attempt = self._backoff.attempts + 1
        self._state.report("stalled", seconds=round(stalled, 1), consumers=members, attempt=attempt)
        self._state.note = f"stalled: no record read for {stalled:.0f} s, {members} consumers"
        self._progress.restart(now)
        self._restart()


def _kind(failure: str) -> str:
    """A failure without what may be another each time: numbers, and names in quotes."""
    return re.sub(r"\d+|'[^']*'|\"[^\"]*\"", "", failure)
