"""The command line, and a Kafka for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from producer.delivery import delivery_log
from tests.producer.mock_kafka import MockKafka

# How long one example takes depends on what else the machine does.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def kafka() -> Iterator[MockKafka]:
    mock = MockKafka()
    yield mock
    mock.stop()


@pytest.fixture(autouse=True)
def settings_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that reach nothing but the test's own folder."""
    monkeypatch.setenv("INCOMING_DIR", str(tmp_path / "incoming"))
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    # The mock asks nobody who he is.
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "PLAINTEXT")
    monkeypatch.setenv("STREAM_FORMAT", "json")
    monkeypatch.setenv("PIPELINE_STATE", str(tmp_path / "state"))
    # The mock has no ids of topics.
    monkeypatch.setattr(delivery_log, "PATIENCE", 0.05)
