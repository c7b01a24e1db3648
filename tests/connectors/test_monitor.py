"""The watcher's decisions, with a clock that the test turns."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka, KafkaDownError
from connectors.registrar.rest import Connect, NotFoundError
from connectors.registrar.watch import monitor as monitor_module
from connectors.registrar.watch.events import sentence
from connectors.registrar.watch.isolation import Outcome, TooManyError
from connectors.registrar.watch.journal import Journal
from connectors.registrar.watch.limits import Backoff, Limits, Meter
from connectors.registrar.watch.monitor import ConnectorMonitor

AWAY = "org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that..."
REFUSED = "org.hibernate.exception.DataException: could not execute batch"
UNKNOWN = "org.hibernate.exception.GenericJDBCException: error executing work"
WRONG = "org.postgresql.util.PSQLException: FATAL: password authentication failed for user"


class World:
    """Connect, Kafka and a database, as far as a monitor asks them."""

    def __init__(self) -> None:
        self.now = 0.0
        self.state = "RUNNING"
        self.trace = ""
        self.positions = {("t", 0): 0}
        self.end = 0
        self.members = 1
        self.database_answers = True
        self.kafka_answers = True
        self.records = ["a record"]
        self.config_: dict[str, str] | None = {
            "topics": "t",
            "connection.url": "jdbc:postgresql://db/x",
        }
        self.calls: list[str] = []

    # Connect
    def status(self, _: str) -> dict[str, Any]:
        if self.config_ is None:
            raise NotFoundError("no such connector")
        task = {"id": 0, "state": "FAILED" if self.trace else "RUNNING", "trace": self.trace}
        return {"connector": {"state": self.state}, "tasks": [task]}

    def config(self, _: str) -> dict[str, str] | None:
        return self.config_

    def offsets(self, _: str) -> dict[tuple[str, int], int]:
        return dict(self.positions)

    def restart(self, _: str, only_failed: bool) -> None:
        self.calls.append(f"restart {'failed' if only_failed else 'all'}")

    def resume(self, _: str) -> None:
        self.calls.append("resume")

    # Kafka
    def partitions(self, _: str) -> list[tuple[str, int]]:
        if not self.kafka_answers:
            raise KafkaDownError("Kafka does not answer")
        return [("t", 0)]

    def begins(self, _: Any) -> dict[tuple[str, int], int]:
        return {("t", 0): 0}

    def ends(self, _: Any) -> dict[tuple[str, int], int]:
        return {("t", 0): self.end}

    def read(self, starts: dict[Any, int], limit: int, _: bool) -> dict[Any, list[str]]:
        return dict.fromkeys(starts, self.records[:limit])

    def group_members(self, _: str) -> int:
        return self.members

    # the database
    def refusal(self) -> str:
        return "" if self.database_answers else "connection refused"


class Watched:
    """A monitor in its world, with the events it reported."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = World()
        self.journal = Journal(folder)
        self.events: list[str] = []
        self.outcome: Outcome | Exception = Outcome(refused=[])
        monkeypatch.setattr(monitor_module, "from_config", lambda _: self.world)
        connect: Any = self.world
        kafka: Any = self.world
        self.monitor = ConnectorMonitor(
            connect, kafka, self.journal, "x", Limits(), self._emit, lambda: self.world.now
        )
        monkeypatch.setattr(self.monitor._refusals._isolation, "run", self._isolate)

    def _emit(self, _: str, event: str, **details: Any) -> None:
        self.events.append(event)
        self.details = details
        assert sentence(event, details), "an event without words"

    def _isolate(self, *_: Any) -> Outcome:
        self.world.calls.append("isolate")
        self.journal.write("x", {"step": "stopping", "task": 0})
        if isinstance(self.outcome, Exception):
            if isinstance(self.outcome, TooManyError):
                self.journal.clear("x")
            raise self.outcome
        self.journal.clear("x")
        return self.outcome

    def seconds(self, count: int) -> None:
        for _ in range(count):
            self.world.now += 1
            self.monitor.tick()


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(tmp_path, monkeypatch)


def test_the_types_that_the_fakes_stand_for_still_have_these_methods() -> None:
    for name in ("status", "config", "offsets", "restart", "resume"):
        assert callable(getattr(Connect, name))
    for name in ("partitions", "begins", "ends", "read", "group_members"):
        assert callable(getattr(Kafka, name))


def test_an_outage_is_waited_for_and_ends_with_one_restart(watched: Watched) -> None:
    watched.world.trace, watched.world.database_answers = AWAY, False
    watched.seconds(120)
    assert watched.world.calls == []
    assert watched.events == ["failed", "waiting for the database"]
    watched.world.database_answers = True
    watched.seconds(1)
    assert watched.world.calls == ["restart all"]
    watched.world.trace = ""
    watched.seconds(5)
    assert watched.events[-1] == "recovered"
    assert watched.monitor.summary["note"] == ""


def test_restarts_that_do_not_help_come_less_and_less_often_and_end(watched: Watched) -> None:
    watched.world.trace = WRONG
    watched.seconds(2)
    assert len(watched.world.calls) == 1
    watched.seconds(3600)
    assert watched.world.calls == ["restart all"] * Limits().max_restarts
    assert watched.events.count("given up") == 1
    assert "password authentication failed" in watched.monitor.summary["note"]


def test_a_refused_record_is_isolated_not_restarted(watched: Watched) -> None:
    headers = [("__connect.errors.topic", b"t"), ("__connect.errors.offset", b"7")]
    watched.outcome = Outcome(written=9, refused=[{"headers": headers}])
    watched.world.trace = REFUSED
    watched.seconds(1)
    assert watched.world.calls == ["isolate"]
    assert watched.details["records"] == [{"topic": "t", "offset": "7"}]
    assert watched.monitor.summary["refused"] == 1


def test_an_isolation_that_finds_nothing_is_not_repeated_for_ever(watched: Watched) -> None:
    watched.world.trace = REFUSED
    watched.seconds(3600)
    assert watched.world.calls.count("isolate") == Limits().max_restarts
    assert watched.events[-1] == "given up"


def test_too_many_refused_records_stop_the_connector_and_say_why(watched: Watched) -> None:
    watched.outcome = TooManyError("9000 records were refused")
    watched.world.trace = REFUSED
    watched.seconds(1)
    assert watched.events[-1] == "stopped"
    watched.world.trace, watched.world.state = "", "STOPPED"
    watched.seconds(60)
    assert watched.world.calls == ["isolate"]
    assert "9000 records" in watched.monitor.summary["note"]


def test_a_database_that_fails_within_an_isolation_is_waited_for(watched: Watched) -> None:
    watched.outcome = psycopg.OperationalError("server closed the connection")
    watched.journal.write("x", {"step": "stopping", "task": 0})
    watched.seconds(1)
    assert watched.events == ["continued", "isolation interrupted"]
    watched.world.database_answers = False
    watched.seconds(30)
    assert watched.world.calls == ["isolate"]
    watched.world.database_answers = True
    watched.outcome = Outcome(refused=[{"headers": []}])
    watched.seconds(1)
    assert watched.events[-1] == "isolated"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (psycopg.errors.RaiseException("ERROR: no refunds on Sundays"), "no refunds on Sundays"),
        (RegistrarError("topic x.dlq does not exist"), "x.dlq does not exist"),
        (ValueError("unforeseen"), "unforeseen"),
    ],
)
def test_an_isolation_that_fails_each_time_ends_with_the_connector_resumed_and_the_reason_told(
    watched: Watched, error: Exception, reason: str
) -> None:
    watched.outcome = error
    watched.world.trace = UNKNOWN
    watched.seconds(3600)
    assert watched.world.calls == ["isolate"] * Limits().max_restarts + ["resume"]
    assert watched.events == ["failed", "isolation interrupted", "given up"]
    assert reason in watched.monitor.summary["note"]
    assert watched.journal.read("x") is None


def test_kafka_away_within_an_isolation_uses_up_no_attempts(watched: Watched) -> None:
    watched.outcome = RegistrarError("not delivered")
    watched.world.trace = REFUSED
    watched.seconds(1)
    watched.world.kafka_answers = False
    for _ in range(3600):
        watched.world.now += 1
        with suppress(KafkaDownError):
            watched.monitor.tick()
    watched.world.kafka_answers = True
    watched.outcome = Outcome(refused=[{"headers": []}])
    watched.seconds(1)
    assert watched.world.calls == ["isolate", "isolate"]
    assert watched.events[-1] == "isolated"


def test_a_watcher_killed_at_the_last_step_only_resumes(watched: Watched) -> None:
    watched.journal.write("x", {"step": "resuming"})
    watched.seconds(1)
    assert watched.world.calls == ["resume"]
    assert watched.journal.read("x") is None


def test_running_without_movement_counts_as_failed(watched: Watched) -> None:
    watched.world.end = 100
    watched.seconds(int(Limits().stall_seconds) - 10)
    assert watched.world.calls == []
    watched.seconds(20)
    assert watched.world.calls == ["restart all"]
    assert watched.events[0] == "stalled"
    watched.world.positions = {("t", 0): 50}
    watched.seconds(10)
    assert watched.events[-1] == "recovered"


def test_restarts_that_get_nothing_moving_end_too(watched: Watched) -> None:
    watched.world.end = 100
    watched.seconds(4 * 3600)
    attempts = Limits().max_restarts
    assert watched.events.count("stalled") == attempts
    assert watched.events[-1] == "given up"
    assert watched.events.count("given up") == 1


def test_a_transactions_marker_at_the_end_is_no_lag_to_restart_for(watched: Watched) -> None:
    watched.world.end, watched.world.records = 1, []
    watched.seconds(3600)
    assert watched.world.calls == []
    assert watched.events == []


def test_running_without_a_consumer_is_noticed_much_earlier(watched: Watched) -> None:
    watched.world.end, watched.world.members = 100, 0
    watched.seconds(int(Limits().empty_group_seconds) + 10)
    assert watched.world.calls == ["restart all"]


@pytest.mark.parametrize("trace", ["", REFUSED])
@pytest.mark.parametrize("state", ["PAUSED", "STOPPED"])
def test_what_a_person_paused_or_stopped_is_left_alone(
    watched: Watched, state: str, trace: str
) -> None:
    watched.world.state, watched.world.end, watched.world.trace = state, 100, trace
    watched.seconds(600)
    assert watched.world.calls == []
    assert watched.events == []


def test_a_pause_within_an_isolation_is_not_undone(watched: Watched) -> None:
    watched.journal.write("x", {"step": "stopping", "task": 0})
    watched.world.state = "PAUSED"
    watched.seconds(60)
    assert watched.world.calls == []
    assert watched.journal.read("x") is None


def test_an_old_error_is_not_told_of_a_connector_that_runs_again(watched: Watched) -> None:
    stopped, missing = TooManyError("9000 records were refused"), watched.world.config_
    watched.outcome, watched.world.trace = stopped, REFUSED
    watched.seconds(1)
    assert "9000" in watched.monitor.summary["note"]
    watched.world.trace = ""
    watched.seconds(10)
    assert (watched.events[-1], watched.monitor.summary["note"]) == ("recovered", "")
    watched.world.config_ = None
    watched.seconds(60)
    assert "register.py apply" in watched.monitor.summary["note"]
    watched.world.config_ = missing
    watched.seconds(10)
    assert (watched.events[-1], watched.monitor.summary["note"]) == ("recovered", "")


def test_a_partition_without_progress_is_not_a_recovery(watched: Watched) -> None:
    watched.world.trace, watched.world.end = WRONG, 100
    watched.seconds(1)
    watched.world.trace = ""
    watched.seconds(60)
    assert "recovered" not in watched.events
    watched.world.positions = {("t", 0): 1}
    watched.seconds(5)
    assert watched.events[-1] == "recovered"


def test_a_connector_that_does_not_exist_is_said_once(watched: Watched) -> None:
    watched.world.config_ = None
    watched.seconds(60)
    assert watched.events == ["missing"]


def test_a_worker_that_has_just_started_costs_no_memory(watched: Watched) -> None:
    config, watched.world.config_ = watched.world.config_, None
    watched.journal.write("x", {"step": "resuming"})
    watched.seconds(10)
    assert watched.events == []
    watched.world.config_ = config
    watched.seconds(1)
    assert watched.world.calls == ["resume"]


def test_the_waits_double_up_to_a_minute() -> None:
    backoff, now, waits = Backoff(Limits()), 0.0, []
    for _ in range(8):
        backoff.attempt(now)
        start = now
        while not backoff.ready(now):
            now += 0.5
        waits.append(now - start)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_refusals_are_counted_over_the_last_minute() -> None:
    meter = Meter()
    assert [meter.add(0, 3), meter.add(30, 4), meter.add(61, 5)] == [3, 7, 9]
