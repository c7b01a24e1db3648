"""A registry that is away costs no message: nothing is lost, and no good message is a dead letter.

Faults: a registry that is stopped while a topic is read; ids that it does not know. Promise: good
messages are rows once it is back, whether the task waited or failed; a message of an unknown schema
is a letter. Check: all rows, all letters, the watchdog's cause.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from bootstrap.native.supervisor import Supervisor
from connectors.registrar.health import fetch_health
from connectors.registrar.watch.causes import Cause, classify
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.watcher import Watcher
from tests.connectors.conftest import Cluster, until
from tests.plugin.registry import encoded, framed
from tests.plugin.test_isolation_on_services import PLAIN, reasons, sent_letters, sink, table

pytestmark = pytest.mark.services

COLUMNS = "id text primary key, n int"


def avro_sink(cluster: Cluster, name: str, **config: Any) -> str:
    strict = {"value.converter": "pipeline.connect.StrictAvroConverter"}
    return sink(cluster, name, PLAIN, COLUMNS, **strict, **config)


def writer(cluster: Cluster, name: str, kind: str) -> Any:
    """A function that makes messages by a schema of its own, which is registered."""
    fields = [{"name": "id", "type": "string"}, {"name": "n", "type": kind}]
    schema = {"type": "record", "name": f"{name}_{kind}", "fields": fields}
    url = f"{cluster.settings['SCHEMA_REGISTRY_URL']}/subjects/{name}-{kind}/versions"
    answer = requests.post(url, json={"schema": str(schema).replace("'", '"')}, timeout=120)
    answer.raise_for_status()
    number = answer.json()["id"]

    def message(key: str, n: int) -> tuple[str, bytes]:
        return key, framed(number, encoded(schema, {"id": key, "n": n}))

    return message


@contextmanager
def registry_away(cluster: Cluster) -> Iterator[None]:
    with cluster.environment():
        Supervisor().stop("schema-registry")
        try:
            yield
        finally:
            Supervisor().start("schema-registry")


def test_a_registry_that_is_away_is_waited_for_and_unknown_ids_are_letters(
    cluster: Cluster, registry: dict[str, str]
) -> None:
    cluster.settings = registry
    name = avro_sink(cluster, "registry_waits")
    cluster.register("apply")
    known, later = writer(cluster, name, "int"), writer(cluster, name, "long")
    cluster.produce(name, [known(f"a{i}", i) for i in range(500)])
    until(lambda: len(table(cluster, name)) == 500)
    with registry_away(cluster):
        unknown = "unknown", framed(2**31 - 1, b"")
        records = [known(f"b{i}", i) for i in range(500)] + [later(f"c{i}", i) for i in range(500)]
        cluster.produce(name, [*records, unknown, later("wide", 2**40)])
        quiet = time.monotonic() + 3
        while time.monotonic() < quiet:
            assert fetch_health(cluster.connect, name).running
            time.sleep(0.2)
        assert sent_letters(cluster, name) == []
    until(lambda: len(table(cluster, name)) == 1500 and len(cluster.letters(name)) == 2)
    found = reasons(cluster, name)
    assert found["unknown"] == f"the schema registry knows no schema with the id {2**31 - 1}"
    assert found["wide"].startswith(f"n: found the number {2**40}; the contract asks for a whole")
    assert fetch_health(cluster.connect, name).running


@pytest.mark.slow
def test_a_task_that_has_waited_too_long_is_started_again_by_the_watchdog(
    cluster: Cluster, registry: dict[str, str]
) -> None:
    cluster.settings = registry
    wait = {"value.converter.schema.registry.max.wait.ms": 500}
    name = avro_sink(cluster, "registry_fails", **wait)
    message = writer(cluster, name, "int")
    cluster.register("apply")
    with registry_away(cluster):
        cluster.produce(name, [message(f"k{i}", i) for i in range(100)])
        until(lambda: fetch_health(cluster.connect, name).failed)
        health = fetch_health(cluster.connect, name)
        assert "the schema registry did not give the schema" in health.cause
        assert classify(health.failure) is Cause.REGISTRY_UNREACHABLE
    quick = Limits(poll_seconds=0.1, lag_seconds=0.5, first_wait=0.5)
    watcher = Watcher(
        cluster.connect, cluster.kafka, lambda: [name], cluster.state, quick, lambda *_, **__: None
    )

    def ended() -> bool:
        with cluster.environment():
            watcher.tick()
        return len(table(cluster, name)) == 100

    until(ended)
    assert sent_letters(cluster, name) == []
