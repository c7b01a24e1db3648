"""Kafka's errors as the registrar's."""

from __future__ import annotations

from confluent_kafka import KafkaError, KafkaException

from registrar.errors import RegistrarError


class KafkaDownError(RegistrarError):
    """No broker answers in time."""


def reason(error: KafkaException) -> KafkaError:
    """What the client's exception is about."""
    found: KafkaError = error.args[0]
    return found


def down(error: KafkaException | KafkaError, what: str = "Kafka") -> KafkaDownError:
    """The error to raise in its stead."""
    cause = error if isinstance(error, KafkaError) else reason(error)
    return KafkaDownError(f"{what}: {cause.str()}")
