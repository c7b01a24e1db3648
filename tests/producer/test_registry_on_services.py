"""A contract in a real Schema Registry: what readers could not read is never sent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import psycopg
import pytest
import requests
from confluent_kafka.schema_registry import SchemaRegistryClient

from producer.cli import main
from producer.contracts import contract

pytestmark = pytest.mark.services

TOPIC = "compatibility"
RUN = ["stream", "--stream", "transaction", "--topic", TOPIC, "--count", "10"]


@pytest.fixture
def schema(registry: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The contract's file, for the test to change; no Kafka is there to send anything to."""
    for name in ("STREAM_FORMAT", "SCHEMA_REGISTRY_URL"):
        monkeypatch.setenv(name, registry[name])
    folder = tmp_path / "schemas"
    shutil.copytree(contract.SCHEMAS, folder)
    monkeypatch.setattr(contract, "SCHEMAS", folder)
    return folder / "transaction.avsc"


@pytest.mark.parametrize(
    ("before", "after"),
    [("NONE", "BACKWARD"), ("FULL_TRANSITIVE", "FULL_TRANSITIVE"), ("FORWARD", "FORWARD")],
)
def test_a_compatibility_that_somebody_chose_is_left_alone(
    schema: Path, registry: dict[str, str], before: str, after: str
) -> None:
    client = SchemaRegistryClient({"url": registry["SCHEMA_REGISTRY_URL"]})
    topic = f"chosen_{before}"
    run = ["stream", "--topic", topic, "--count", "10", "--wait", "0.1"]
    main(run)
    assert client.get_compatibility(f"{topic}-value") == "BACKWARD"
    client.set_compatibility(f"{topic}-value", before)
    main(run)
    assert client.get_compatibility(f"{topic}-value") == after


def test_an_incompatible_schema_is_refused_with_the_registrys_reason(
    schema: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_kafka = [*RUN, "--wait", "0.1"]
    assert main(without_kafka) == 1
    assert "no Kafka at" in capsys.readouterr().err, "the first version was not taken"

    agreed = json.loads(schema.read_text())
    changed = json.loads(schema.read_text())
    (user,) = (field for field in changed["fields"] if field["name"] == "user_id")
    user["type"] = "int"
    schema.write_text(json.dumps(changed))
    assert main(without_kafka) == 1
    said = capsys.readouterr().err
    assert f"refuses transaction.avsc as {TOPIC}-value: Incompatible" in said
    assert "INT not compatible with writer type: STRING at /fields/1" in said
    assert "no Kafka at" not in said

    schema.write_text(json.dumps(agreed))
    assert main(without_kafka) == 1
    assert "no Kafka at" in capsys.readouterr().err, "the agreed version is taken again"


def test_a_registry_whose_postgres_was_away_fails_no_request(registry: dict[str, str]) -> None:
    url = f"{registry['SCHEMA_REGISTRY_URL']}/subjects"
    with psycopg.connect(
        host=registry["POSTGRES_HOST"],
        port=registry["POSTGRES_PORT"],
        user="postgres",
        password=registry["POSTGRES_PASSWORD"],
    ) as connection:
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'registry'"
        assert requests.get(url, timeout=10).ok
        assert connection.execute(ended).fetchall()
    assert [requests.get(url, timeout=10).status_code for _ in range(20)] == [200] * 20
