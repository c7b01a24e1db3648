"""The project's own connector, fed by the project's own producer, in both wire formats.

Faults: duplicates, corrections, late events and every kind of poison. Promise: each good key is a
row with its last values, each poisoned message a dead letter with a reason, and the connector runs
at the end. Check: the topic, decoded here independently, against table and letters.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import fastavro
import pytest

from connectors.registrar.health import fetch_health
from connectors.registrar.kafka import Kafka
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.watcher import Watcher
from producer.contracts import poison
from producer.contracts.contract import find_contract
from tests.connectors.conftest import CONNECTORS, ROOT, Cluster, until

pytestmark = pytest.mark.services

COUNT = 4000
COLUMNS = """'tx_id text', 'user_id text', 'amount numeric', 'currency text', 'merchant text',
'category text', '"timestamp" timestamptz'"""
SCHEMA = fastavro.parse_schema(find_contract("transaction").schema)
Row = tuple[Any, ...]


@pytest.mark.parametrize(("form", "services"), [("json", "stack"), ("avro", "registry")])
def test_every_good_key_is_a_row_and_every_poisoned_message_a_letter(
    form: str, services: str, cluster: Cluster, request: pytest.FixtureRequest
) -> None:
    cluster.settings = request.getfixturevalue(services)
    name = our_connector(cluster, f"poisoned_{form}")
    cluster.register("apply")
    made = produced(cluster, name)
    kinds = {kind: made.get(kind, 0) for kind in poison.KINDS}
    assert all(kinds.values()), f"too few messages for every kind: {made}"

    quick = Limits(poll_seconds=0.1, lag_seconds=0.5, first_wait=0.5)
    events: list[Any] = []
    watcher = Watcher(
        cluster.connect,
        cluster.kafka,
        lambda: [name],
        cluster.state,
        quick,
        lambda _, event, **details: events.append((event, details)),
    )
    good, bad = in_topic(cluster.kafka, name, form)

    def ended() -> bool:
        with cluster.environment():
            watcher.tick()
        count = cluster.sql(f"select count(*) from {name}")[0][0]
        return count >= len(good) and len(cluster.letters(name)) >= len(bad)

    until(ended)
    assert in_table(cluster, name) == good
    letters = cluster.letters(name)
    assert {letter.origin[1:] for letter in letters} == bad
    assert len(letters) == sum(kinds.values())
    assert all(letter.headers["exception.message"] for letter in letters)
    until(lambda: fetch_health(cluster.connect, name).running)


def our_connector(cluster: Cluster, name: str) -> str:
    """transactions_sink.yml as it is, but for the names of topic, table and dead letters."""
    text = (CONNECTORS / "transactions_sink.yml").read_text()
    text = text.replace("transactions_sink", name).replace("  transactions:", f"  {name}:")
    text = text.replace("topics: transactions", f"topics: {name}")
    text = text.replace("defaults/", f"{CONNECTORS}/defaults/").replace("../", f"{ROOT}/")
    (cluster.folder / f"{name}.yml").write_text(text)
    cluster.sql(f"select pipeline.sink_table('{name}', {COLUMNS})")
    return name


def produced(cluster: Cluster, topic: str) -> Counter[str]:
    """Send, as a user does; returns how many messages of each kind."""
    shares = ",".join(f"{kind}=0.001" for kind in poison.KINDS)
    words = f"stream --topic {topic} --count {COUNT} --seed 3 --json"
    faults = f"--duplicates 0.05 --changed 0.5 --late 0.01 --poison {shares}"
    done = subprocess.run(
        [sys.executable, "-m", "producer", *words.split(), *faults.split()],
        cwd=ROOT,
        env=dict(cluster.settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    totals = json.loads(done.stdout)
    assert totals["acknowledged"] == COUNT
    return Counter(totals["made"])


def in_topic(kafka: Kafka, topic: str, form: str) -> tuple[dict[str, Row], set[tuple[int, int]]]:
    """The last good row of each key, and where the messages lie that cannot be rows."""
    good, bad = {}, set()
    starts = dict.fromkeys(kafka.partitions(topic), 0)
    for (_, partition), messages in kafka.read(starts, COUNT).items():
        for message in messages:
            try:
                row = {"json": from_json, "avro": from_avro}[form](message.value() or b"")
            except (ValueError, KeyError, TypeError, EOFError, IndexError, ArithmeticError):
                bad.add((partition, int(message.offset() or 0)))
            else:
                good[row[0]] = row
    return good, bad


def from_json(value: bytes) -> Row:
    fields = json.loads(value, parse_float=Decimal, parse_int=Decimal)
    return checked(fields, datetime.fromisoformat(fields["timestamp"]))


def from_avro(value: bytes) -> Row:
    fields: Any = fastavro.schemaless_reader(io.BytesIO(value[5:]), SCHEMA, None)
    moment = fields["timestamp"]
    if isinstance(moment, int):
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)
    return checked(fields, moment)


def checked(fields: dict[str, Any], moment: datetime) -> Row:
    """The row, if Postgres can hold it."""
    row = tuple(fields[column] for column in fields if column != "timestamp")
    if not isinstance(fields["amount"], Decimal) or fields["amount"].adjusted() > 1000:
        raise ValueError("amount")
    if any("\0" in value for value in row if isinstance(value, str)):
        raise ValueError("NUL")
    return (*row, moment)


def in_table(cluster: Cluster, name: str) -> dict[str, Row]:
    columns = 'tx_id, user_id, amount, currency, merchant, category, "timestamp"'
    return {row[0]: row for row in cluster.sql(f"select {columns} from {name}")}
