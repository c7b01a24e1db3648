"""One connector under watch: fetches its health, decides, acts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from connectors.registrar.database import Database, from_config
from connectors.registrar.errors import RegistrarError
from connectors.registrar.health import FAILED, MISSING, Health, fetch_health
from connectors.registrar.kafka import Kafka
from connectors.registrar.lag import Lag, measure_lag, reads_committed
from connectors.registrar.rest import Connect
from connectors.registrar.watch.causes import Cause, classify
from connectors.registrar.watch.events import Emit
from connectors.registrar.watch.isolation import RESUMING, Isolation
from connectors.registrar.watch.journal import Journal
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.progress import Progress, has_records
from connectors.registrar.watch.refusals import Refusals
from connectors.registrar.watch.state import Phase, State

# A person's decision; only STOPPED may also be the watcher's, and then the journal says so.
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
        journal: Journal,
        name: str,
        limits: Limits,
        emit: Emit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._counts: dict[str, Any] = {"state": "", "restarts": 0}
        self._connect = connect
        self._kafka = kafka
        self._journal = journal
        self._limits = limits
        self._clock = clock
        self._state = State(limits, lambda event, **more: emit(name, event, **more))
        self._backoff = self._state.backoff
        self._progress = Progress(clock())
        self._refusals = Refusals(
            Isolation(connect, kafka, journal, name), self._state, limits, clock
        )
        self._missing_since: float | None = None
        self._measured = 0.0

    @property
    def summary(self) -> dict[str, Any]:
        """For `status`."""
        return {**self._counts, "refused": self._refusals.count, "note": self._state.note}

    def tick(self) -> None:
        """Fetch the health once, and do what is due.

        Raises:
            RegistrarError: Connect or Kafka does not answer; the next tick tries again.
        """
        unfinished = self._journal.read(self.name)
        health = fetch_health(self._connect, self.name)
        self._counts["state"] = FAILED if health.failed else health.state
        if health.state == MISSING:
            # Deleted; or its worker has just started, and a journal may still be needed.
            self._on_missing()
            return
        self._missing_since = None
        if not health.running:
            self._progress.restart(self._clock())
        if unfinished:
            self._continue(unfinished, health)
        elif health.state in (PAUSED, STOPPED):
            return
        elif health.failed:
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
        if self._state.phase is Phase.GIVEN_UP:
            return
        if not self._state.down:
            self._state.mark_down(now, self._measure_lag().positions)
            self._state.report("failed", cause=cause, reason=health.cause)
        self._state.note = f"{cause}: {health.cause}"
        if not self._due(
            f"{self._backoff.attempts} restarts in a row did not help: {health.cause}"
        ):
            return
        failed = next((task.id for task in health.tasks if task.state == FAILED), 0)
        doubtful = cause in (Cause.REFUSED, Cause.UNKNOWN)
        if self._waits_for_database() or (doubtful and self._isolate(failed)):
            return
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

    # --- refused records --------------------------------------------------------------------

    def _isolate(self, task: int) -> bool:
        """Whether records were taken out of the way, or that is still to be done."""
        return self._database() is not None and self._refusals.isolate(task)

    def _continue(self, unfinished: dict[str, Any], health: Health) -> None:
        """An isolation was cut off: by a kill of the watcher, or by an error."""
        if health.state == PAUSED:
            # A person's: the watcher only ever stops.
            self._journal.clear(self.name)
        elif unfinished.get("step") == RESUMING:
            self._refusals.resume()
            self._state.report("resumed", reason="an isolation had been cut off at its last step")
        elif self._backoff.ready(self._clock()):
            self._continue_isolation(int(unfinished.get("task", 0)))

    def _continue_isolation(self, task: int) -> None:
        # Asked first: a Kafka that is unreachable is not a failed attempt.
        positions = self._measure_lag().positions
        if self._state.phase not in (Phase.DOWN, Phase.GIVEN_UP):
            self._state.mark_down(self._clock(), positions)
            self._state.report("continued", reason="an isolation had been cut off")
        if self._waits_for_database():
            return
        attempts = self._backoff.attempts
        failing = f"{attempts} attempts to find a refused record failed, {self._state.note}"
        # Given up, it has to run all the same: stopped, it would hide its own error for ever.
        if not self._due(failing) or not self._isolate(task):
            self._refusals.resume()

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
        # The trace that Connect could not store may have been that of a refused record.
        if self._backoff.attempts and self._isolate(0):
            return
        self._restart()
