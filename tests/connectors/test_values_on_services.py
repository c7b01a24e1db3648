"""Amounts and times arrive in Postgres exactly, and the watcher writes what the sink writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from confluent_kafka import Message
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.registrar.database import from_config
from connectors.registrar.records.errors import RecordError
from connectors.registrar.records.reader import RowReader
from connectors.registrar.watch.upsert import Upsert
from tests.connectors.conftest import Cluster, until

pytestmark = pytest.mark.services

COLUMNS = """tx_id text primary key, user_id text, amount numeric, currency text, merchant text,
category text, "timestamp" timestamptz"""
COUNT = 2000

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
record = st.fixed_dictionaries(
    {
        "user_id": text,
        "amount": st.decimals(-(10**16), 10**16, places=2),
        "currency": st.sampled_from(["EUR", "USD", "", "\U0001f4b6", '"', "\\"]),
        "merchant": st.none() | text,
        "category": st.none() | text,
        "timestamp": st.datetimes(
            datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)
        ),
    }
)
# What a foreign producer may send: the right shape, any type of value.
odd = st.fixed_dictionaries(
    {
        "user_id": text | text | text | st.integers() | st.none(),
        "amount": st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8),
        "currency": text | text | text | st.sampled_from(["\ud800x", True, ["a"], {}]),
        "timestamp": st.sampled_from(
            [
                "2026-05-06T07:08:09.1234565Z",
                "2026-05-06T07:08+02:00",
                "infinity",
                "-infinity",
                "0001-01-01T00:00:00Z",
                "2026-12-31T23:59:59.9999995-11:30",
            ]
        ),
    },
    optional={"merchant": text | st.integers() | st.none(), "category": text | st.floats()},
)


def drawn(strategy: st.SearchStrategy[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Values of a strategy, always the same ones."""
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: dict[str, Any]) -> None:
        found.append(value)

    collect()
    return found


def encoded(key: str, value: dict[str, Any]) -> bytes:
    """As the contract's JSON encoding has it: exact numbers, times in UTC with six decimals."""
    fields = {"tx_id": key, **value}
    amount = fields.pop("amount")
    if isinstance(fields["timestamp"], datetime):
        # strftime does not fill years before 1000.
        fields["timestamp"] = fields["timestamp"].isoformat(timespec="microseconds")[:26] + "Z"
    number = str(amount) if isinstance(amount, Decimal) else json.dumps(amount)
    return f'{json.dumps(fields)[:-1]}, "amount": {number}}}'.encode()


def test_amounts_and_times_arrive_exactly(cluster: Cluster) -> None:
    name = cluster.sink("exact", COLUMNS)
    cluster.register("apply")
    sent = {f"k{i}": value for i, value in enumerate(drawn(record, COUNT))}
    cluster.produce(name, [(key, encoded(key, value)) for key, value in sent.items()])
    until(lambda: cluster.sql(f"select count(*) from {name}") == [(len(sent),)])
    columns = "tx_id, user_id, amount, currency, merchant, category, timestamp"
    for key, *found in cluster.sql(f"select {columns} from {name}"):
        want = sent[key]
        assert found == [want[column.strip()] for column in columns.split(",")[1:]]


def test_the_watcher_writes_what_the_sink_writes(cluster: Cluster) -> None:
    name = cluster.sink("both_ways", COLUMNS)
    cluster.register("apply")
    sent = [(f"k{i}", encoded(f"k{i}", value)) for i, value in enumerate(drawn(odd, COUNT))]
    cluster.produce(name, sent)

    rows, letters = [], set()
    reader = RowReader(cluster.connect.config(name) or {})
    for message in messages(cluster, name):
        try:
            rows.append((message, reader.row(message)))
        except RecordError:
            letters.add(str(message.key()))
    until(lambda: cluster.sql(f"select count(*) from {name}") == [(len(rows),)])
    until(lambda: len(cluster.letters(name)) == len(letters))
    assert {str(x.message.key()) for x in cluster.letters(name)} == letters
    assert len(rows) > COUNT / 10
    assert len(letters) > COUNT / 10

    by_sink = content(cluster, name)
    cluster.sql(f"truncate {name}")
    config = cluster.connect.config(name) or {}
    with cluster.environment(), from_config(config).connect() as connection:
        assert Upsert(config, reader.key).write(connection, rows) == []
    assert content(cluster, name) == by_sink


def messages(cluster: Cluster, topic: str) -> list[Message]:
    starts = dict.fromkeys(cluster.kafka.partitions(topic), 0)
    found = cluster.kafka.read(starts, limit=COUNT)
    return [message for part in found.values() for message in part]


def content(cluster: Cluster, name: str) -> list[tuple[Any, ...]]:
    return cluster.sql(
        f"""select tx_id, user_id, amount::text, currency, merchant, category, timestamp::text
        from {name} order by tx_id"""
    )
