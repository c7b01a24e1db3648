"""Kafka, as far as its client alone decides."""

from __future__ import annotations

import pytest

from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka
from tests.producer.mock_kafka import MockKafka


def test_a_record_larger_than_the_clients_default_limit_can_be_a_letter() -> None:
    mock = MockKafka()
    large = {"topic": "t", "value": b"x" * 1_500_000}
    Kafka(mock.client).send([large])
    mock.messages("t", 1)
    mock.stop()


def test_what_is_not_acknowledged_is_one_error_that_names_the_topic() -> None:
    kafka = Kafka({"bootstrap.servers": "127.0.0.1:1", "message.timeout.ms": "100"})
    with pytest.raises(RegistrarError, match="2 of 2 messages were not delivered to t: "):
        kafka.send([{"topic": "t", "value": b"x"}] * 2)
