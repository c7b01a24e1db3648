"""A sink stays up by itself, on a real worker with a real database.

Faults: the database unreachable; a transaction's marker or a dead letter at the end of a partition,
which look like records that nobody reads; so many refused rows that it is not an accident.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import Producer

from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.watcher import Watcher
from tests.connectors.conftest import STOCK, Cluster, transaction, until

pytestmark = pytest.mark.services

# A table that refuses: a sink table of the project would take what the tests send.
COLUMNS = """tx_id text primary key, user_id text, amount numeric(6, 2) check (amount >= 0),
currency varchar(3), merchant text, category text, "timestamp" timestamptz"""
# The tests need not wait for a person's patience.
QUICK = Limits(poll_seconds=0.1, lag_seconds=0.5, first_wait=0.5)


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
            until(tick)
        except AssertionError:
            raise AssertionError(f"did not happen; events: {self.events}") from None

    def said(self, event: str) -> list[dict[str, Any]]:
        return [e for e in self.events if e["event"] == event]


def users(cluster: Cluster, name: str) -> dict[str, str]:
    return dict(cluster.sql(f"select tx_id, user_id from {name}"))


def test_a_sink_goes_on_by_itself_after_its_database_was_away(cluster: Cluster) -> None:
    name = cluster.sink("outage", COLUMNS, **STOCK)
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
    name = cluster.sink("marked", COLUMNS, **STOCK)
    cluster.register("apply")
    producer = Producer({**cluster.kafka.client, "transactional.id": name})
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


def test_a_dead_letter_at_the_end_of_a_partition_is_nothing_to_restart_for(
    cluster: Cluster,
) -> None:
    name = cluster.sink("last_is_bad", COLUMNS)
    cluster.register("apply")
    watch = Watch(cluster, name, Limits(poll_seconds=0.1, lag_seconds=0.5))
    cluster.produce(name, [("a", transaction("a")), ("b", b"{")])
    watch.until(lambda: sum(cluster.connect.offsets(name).values()) == 2)
    assert (watch.events, len(cluster.letters(name))) == ([], 1)


def test_a_sink_that_refuses_everything_is_given_up_with_its_reason(cluster: Cluster) -> None:
    most: dict[str, Any] = {"isolation.max.consecutive.refusals": 50}
    name = cluster.sink("drained", COLUMNS, **most)
    cluster.register("apply")
    bad = [(f"k{i}", transaction(f"k{i}", currency="EURO")) for i in range(200)]
    cluster.produce(name, bad)
    watch = Watch(cluster, name, Limits(first_wait=0.1, max_restarts=2))
    watch.until(lambda: bool(watch.said("given up")))
    assert len(cluster.letters(name)) <= 50
    told = cluster.register("status", name, code=1)
    assert "more than 50 messages in a row were refused" in told
    assert "register.py restart" in told

    cluster.sql(f"alter table {name} alter currency type text")
    cluster.register("restart", name)
    until(lambda: len(users(cluster, name)) + len(cluster.letters(name)) == 200)
