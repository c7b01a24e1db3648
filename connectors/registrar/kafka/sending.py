"""Messages that are sent and acknowledged, or an error."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from confluent_kafka import KafkaException, Producer

from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka.errors import POLL_SECONDS, kafka_error, new_client

# Seconds for the acknowledgement of the last message.
TIMEOUT = 30.0
SETTINGS: dict[str, Any] = {
    "enable.idempotence": True,
    "linger.ms": 5,
    "compression.type": "lz4",
    # Java's partitioner: a key that is replayed meets the partition that it came from.
    "partitioner": "murmur2_random",
    # How large a record may be is the topic's to say (max.message.bytes), not this client's.
    "message.max.bytes": 1_000_000_000,
}


def send(settings: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> None:
    """Produce messages (arguments of Producer.produce) and wait for all in-sync replicas.

    Raises:
        RegistrarError: at least one was not acknowledged.
    """
    failures: list[str] = []
    fatal: list[str] = []

    def report(error: Any, _: Any) -> None:
        if error:
            failures.append(error.str())

    producer = new_client(Producer, {**SETTINGS, **settings})
    for message in messages:
        try:
            _queue(producer, {**message, "on_delivery": report})
        except KafkaException as error:
            failures.append(kafka_error(error).str())
        fatal += _serve(producer, 0)
    deadline = time.monotonic() + TIMEOUT
    while (unsent := len(producer)) and time.monotonic() < deadline:
        fatal += _serve(producer, POLL_SECONDS)
    if unsent or failures:
        why = [*fatal, *failures, "no acknowledgement in time"][0]
        topics = ", ".join(sorted({str(message["topic"]) for message in messages}))
        raise RegistrarError(
            f"{unsent + len(failures)} of {len(messages)} messages were not delivered to "
            f"{topics}: {why}"
        )


def _serve(producer: Producer, seconds: float) -> list[str]:
    """Let delivery reports come; returns what is fatal, such as a user who may not write."""
    try:
        producer.poll(seconds)
    except KafkaException as error:
        return [kafka_error(error).str()]
    except SystemError as error:
        # Raised by the client in the midst of a delivery report.
        return [str(error.__cause__)]
    return []


def _queue(producer: Producer, message: Mapping[str, Any]) -> None:
    while True:
        try:
            producer.produce(**message)
            return
        except BufferError:
            producer.poll(1.0)
