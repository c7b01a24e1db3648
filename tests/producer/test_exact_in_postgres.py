"""What the producer accepts arrives in Postgres exactly: through Kafka and the real sink."""

from __future__ import annotations

import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from producer.contracts import checks
from producer.contracts.contract import find_contract
from producer.contracts.wire import wire_format
from producer.delivery.kafka import Delivery
from producer.delivery.totals import Observer
from producer.errors import RefusedError
from tests.kafka_client import kafka_client

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = 2500
LARGEST = 10**18 - 1
CONTRACT = find_contract("transaction")
Row = tuple[Any, ...]

text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
cents = st.integers(-LARGEST, LARGEST) | st.sampled_from([-LARGEST, LARGEST, -1, 0, 1])
micros = st.integers(checks.FIRST_MICRO, checks.LAST_MICRO) | st.sampled_from(
    [checks.FIRST_MICRO, checks.LAST_MICRO, -1, 0, 1, -12_219_292_800_000_000]
)


@pytest.fixture(scope="module")
def edge_values() -> list[Row]:
    """Thousands of rows, without their keys, at the edges of what the contract accepts."""
    rows: list[Row] = []

    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    @given(st.tuples(text, cents, text, st.none() | text, st.none() | text, micros))
    def collect(values: Row) -> None:
        user, amount, *rest = values
        rows.append((user, Decimal(amount).scaleb(-2), *rest))

    collect()
    return rows


@pytest.mark.services
@pytest.mark.parametrize(("form", "services"), [("json", "stack"), ("avro", "registry")])
def test_thousands_of_edge_values_arrive_exactly(
    form: str, services: str, edge_values: list[Row], request: pytest.FixtureRequest
) -> None:
    stack: dict[str, str] = request.getfixturevalue(services)
    run(stack, "connectors/register.py", "apply", "transactions_sink")
    rows = [(f"{form}-{number}", *values) for number, values in enumerate(edge_values)]
    observer = Observer(print, lambda totals: None, lambda: False)
    writer = wire_format(form, CONTRACT, CONTRACT.topic, stack["SCHEMA_REGISTRY_URL"])
    delivery = Delivery(kafka_client(stack), CONTRACT.topic, 30, observer)
    delivery.connect()
    delivery.send([m for m in writer.encode(rows) if not isinstance(m, RefusedError)])
    delivery.flush()
    assert delivery.totals.complete

    arrived = in_postgres(stack, form, len(rows))
    wrong = [(row, arrived.get(row[0])) for row in rows if arrived.get(row[0]) != row]
    assert wrong == []
    assert all(row[2].as_tuple().exponent == -2 for row in arrived.values())


def run(env: dict[str, str], *words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def in_postgres(stack: dict[str, str], prefix: str, count: int) -> dict[str, Row]:
    """The sink's rows by key, once there are as many as were sent."""
    deadline = time.monotonic() + 600
    with psycopg.connect(
        host=stack["POSTGRES_HOST"],
        port=stack["POSTGRES_PORT"],
        dbname=stack["POSTGRES_DB"],
        user="postgres",
        password=stack["POSTGRES_PASSWORD"],
        autocommit=True,
    ) as connection:
        while True:
            rows = connection.execute(
                "select tx_id, user_id, amount, currency, merchant, category, "
                "(extract(epoch from timestamp) * 1000000)::bigint "
                "from transactions_sink where tx_id like %s",
                [f"{prefix}-%"],
            ).fetchall()
            if len(rows) == count or time.monotonic() > deadline:
                return {row[0]: row for row in rows}
            time.sleep(0.1)
