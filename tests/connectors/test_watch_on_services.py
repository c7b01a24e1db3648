"""A sink stays up by itself, and loses nothing, on a real worker with a real database.

Faults: rows that the database refuses; the watcher killed after each of its steps; the database
unreachable; so many refused rows that it is not an accident. Promise: afterwards the table holds
the last good version of every key, the dead-letter topic every refused record once, and the
connector runs, or is stopped and says why. Check: keys, values and origins, all of them.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import Producer

from connectors.registrar.health import fetch_health
from connectors.registrar.watch.isolation import Isolation
from connectors.registrar.watch.journal import Journal
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.watcher import Watcher
from tests.connectors.conftest import Cluster, transaction, until

pytestmark = pytest.mark.services

# A table that refuses: a sink table of the project would take most of these.
COLUMNS = """tx_id text primary key, user_id text, amount numeric(6, 2) check (amount >= 0),
currency varchar(3), merchant text, category text, "timestamp" timestamptz"""
REFUSED: dict[str, dict[str, Any]] = {
    "check": {"amount": -1},
    "overflow": {"amount": 123456.78},
    "length": {"currency": "EURO"},
    "nul": {"merchant": "a\0b"},
    "time": {"timestamp": "yesterday"},
    "year": {"timestamp": "+300000-01-01T00:00:00Z"},
}
SQLSTATES = {"check": "23514", "overflow": "22003", "length": "22001", "year": "22008"}
# The tests need not wait for a person's patience.
QUICK = Limits(poll_seconds=0.1, lag_seconds=0.5, first_wait=0.5)


class Killed(BaseException):
    """Stands for kill -9: nothing of the watcher runs after it."""


class Watch:
    """A watcher driven by the test, with the events it reported."""

    def __init__(self, cluster: Cluster, name: str, limits: Limits = QUICK) -> None:
        self.cluster = cluster
        self.name = name
        self.events: list[dict[str, Any]] = []
        self._watcher = Watcher(
            cluster.connect, cluster.kafka, lambda: [name], cluster.state, limits, self._emit
        )

    def _emit(self, _: str, event: str, **details: Any) -> None:
        self.events.append({"event": event, **details})

    def until(self, condition: Callable[[], bool]) -> None:
        """Watch until a condition holds."""

        def tick() -> bool:
            with self.cluster.environment():
                self._watcher.tick()
            return condition()

        try:
            until(tick, seconds=300)
        except AssertionError:
            raise AssertionError(f"did not happen; events: {self.events}") from None

    def said(self, event: str) -> list[dict[str, Any]]:
        return [e for e in self.events if e["event"] == event]


def mixed(count: int, kinds: list[str]) -> tuple[list[tuple[str, bytes]], dict[str, str]]:
    """Records with repeated keys and refused ones among them, and the user each key ends with.

    A refused version of a good key is its last one: the good one before it must survive. (One with
    a good version behind it in the same batch would never reach the database.)
    """
    draw = random.Random(7)
    records, last = [], {}
    places = dict(zip(draw.sample(range(count), len(kinds)), kinds, strict=True))
    ended = set()
    for number in range(count):
        key = f"k{draw.randrange(count // 2)}"
        while key in ended:
            key = f"k{draw.randrange(count // 2)}"
        records.append((key, transaction(key, user_id=f"u{number}")))
        last[key] = f"u{number}"
        if number in places:
            kind = places.pop(number)
            records.append((key, transaction(key, user_id=kind, **REFUSED[kind])))
            ended.add(key)
    return records, last


def users(cluster: Cluster, name: str) -> dict[str, str]:
    return dict(cluster.sql(f"select tx_id, user_id from {name}"))


def refused_kinds(cluster: Cluster, name: str) -> list[str]:
    """The refused records in the dead-letter topic, by the kind written into their user."""
    values = [letter.message.value() for letter in cluster.letters(name)]
    return sorted(json.loads(value or b"")["user_id"] for value in values)


def test_refused_records_become_letters_and_nothing_else_is_missing(cluster: Cluster) -> None:
    name = cluster.sink("refusing", COLUMNS)
    cluster.register("apply")
    kinds = [*REFUSED, "check", "nul"]
    records, last = mixed(6000, list(kinds))
    cluster.produce(name, records)
    cluster.produce(name, [("g", b"\x00garbage"), ("t", None)])
    watch = Watch(cluster, name)
    watch.until(lambda: len(cluster.letters(name)) == len(kinds) + 2)
    watch.until(lambda: users(cluster, name) == last and bool(watch.said("recovered")))
    letters = cluster.letters(name)
    put = [letter for letter in letters if letter.stage == "TASK_PUT"]
    assert sorted(json.loads(x.message.value() or b"")["user_id"] for x in put) == sorted(kinds)
    for letter in put:
        kind = json.loads(letter.message.value() or b"")["user_id"]
        if kind in SQLSTATES:
            assert letter.headers["database.sqlstate"] == SQLSTATES[kind]
        assert letter.headers["connector.name"] == name
        assert letter.headers["exception.stacktrace"].startswith(
            letter.headers["exception.class.name"]
        )
    assert fetch_health(cluster.connect, name).running
    assert f"{len(kinds)} records refused" in cluster.register("status", name)


@pytest.mark.parametrize("step", ["stop", "write", "send", "alter_offsets", "resume"])
def test_a_watcher_killed_after_any_step_leaves_no_trace(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    name = cluster.sink(f"killed_{step}", COLUMNS)
    cluster.register("apply")
    kinds = ["check", "overflow", "time"]
    records, last = mixed(500, list(kinds))
    cluster.produce(name, records)

    holder: Any = {"write": Isolation, "send": cluster.kafka}.get(step, cluster.connect)
    attribute = "_write" if step == "write" else step
    real = getattr(holder, attribute)

    def act_and_die(*arguments: Any, **options: Any) -> Any:
        real(*arguments, **options)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(holder, attribute, act_and_die)
        with pytest.raises(Killed):
            Watch(cluster, name).until(lambda: False)
    assert Journal(cluster.state).read(name) is not None

    watch = Watch(cluster, name)
    watch.until(lambda: refused_kinds(cluster, name) == sorted(kinds))
    watch.until(
        lambda: users(cluster, name) == last and fetch_health(cluster.connect, name).running
    )
    partitions = cluster.kafka.partitions(f"{name}.dlq")
    assert sum(cluster.kafka.ends(partitions).values()) == len(kinds), "a letter was sent twice"
    assert Journal(cluster.state).read(name) is None


def test_a_sink_goes_on_by_itself_after_its_database_was_away(cluster: Cluster) -> None:
    name = cluster.sink("outage", COLUMNS)
    cluster.register("apply")
    cluster.produce(name, [("a", transaction("a"))])
    watch = Watch(cluster, name)
    watch.until(lambda: set(users(cluster, name)) == {"a"})
    cluster.sql("alter role connect_sink nologin")
    try:
        cluster.sql("select pg_terminate_backend(pid) from pg_stat_activity "
                    "where usename = 'connect_sink'")  # fmt: skip
        cluster.produce(name, [(f"b{i}", transaction(f"b{i}")) for i in range(100)])
        watch.until(lambda: bool(watch.said("waiting for the database")))
        assert not watch.said("restarted")
    finally:
        cluster.sql("alter role connect_sink login")
    watch.until(lambda: len(users(cluster, name)) == 101 and bool(watch.said("recovered")))
    assert not watch.said("isolated")


def test_a_transaction_that_is_read_to_its_end_is_no_lag_to_restart_for(cluster: Cluster) -> None:
    name = cluster.sink("marked", COLUMNS)
    cluster.register("apply")
    producer = Producer(
        {"bootstrap.servers": cluster.kafka.bootstrap_servers, "transactional.id": name}
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(name, transaction("a"), "a")
    producer.commit_transaction(30)
    # The record is read and its offset committed: what is left is the transaction's marker.
    until(lambda: sum(cluster.connect.offsets(name).values()) == 1)
    quick = Limits(poll_seconds=0.1, lag_seconds=0.1, empty_group_seconds=1, stall_seconds=1)
    watch = Watch(cluster, name, quick)
    quiet = time.monotonic() + 6
    watch.until(lambda: time.monotonic() > quiet)
    assert set(users(cluster, name)) == {"a"}
    assert json.loads(cluster.register("status", name, "--json"))[name]["lag_total"] == 1
    assert watch.events == []


def test_too_many_refused_records_stop_the_sink_before_they_drain_the_topic(
    cluster: Cluster,
) -> None:
    name = cluster.sink("drained", COLUMNS)
    cluster.register("apply")
    bad = [(f"k{i}", transaction(f"k{i}", currency="EURO")) for i in range(200)]
    cluster.produce(name, bad)
    watch = Watch(cluster, name, Limits(first_wait=0.5, max_refused_per_minute=50))
    watch.until(lambda: bool(watch.said("stopped")))
    assert fetch_health(cluster.connect, name).state == "STOPPED"
    assert cluster.letters(name) == []
    assert "200 records were refused within a minute" in cluster.register("status", name, code=1)

    cluster.sql(f"alter table {name} alter currency type text")
    cluster.register("resume", name)
    until(lambda: len(users(cluster, name)) == 200)
