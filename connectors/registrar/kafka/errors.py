"""Errors of Kafka's client as the registrar's."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from connectors.registrar.errors import RegistrarError

#: Seconds for the answer to a request, and for an error to pass that does so by itself.
TIMEOUT = 15.0
POLL_SECONDS = 0.1
T = TypeVar("T")


class KafkaDownError(RegistrarError):
    """No broker answers in time."""


def kafka_error(error: KafkaException) -> KafkaError:
    """What the client's exception is about."""
    found: KafkaError = error.args[0]
    return found


def kafka_down(error: KafkaException | KafkaError, what: str = "Kafka") -> KafkaDownError:
    """The error to raise instead; `what` begins its message."""
    cause = error if isinstance(error, KafkaError) else kafka_error(error)
    return KafkaDownError(f"{what}: {cause.str()}")


def new_client(kind: Callable[[dict[str, Any]], T], settings: Mapping[str, Any]) -> T:
    """A consumer, a producer or an admin client; it connects later.

    Raises:
        RegistrarError: the client knows no such setting, or not this value.
    """
    try:
        return kind(dict(settings))
    except KafkaException as error:
        why = kafka_error(error).str()
        raise RegistrarError(
            f"a setting of Kafka's client is wrong (--kafka-config): {why}"
        ) from None


def signed_in(settings: Mapping[str, Any]) -> AdminClient:
    """A client of a broker that knows its user.

    Asked for first: requests only time out where the broker refuses the user.

    Raises:
        KafkaDownError: no broker answers within TIMEOUT, or it refuses the user, or certificate.
    """
    trouble: dict[int, KafkaError] = {}

    def note(error: KafkaError) -> None:
        trouble[error.code()] = error

    client = new_client(AdminClient, {**settings, "error_cb": note})
    servers, deadline = settings["bootstrap.servers"], time.monotonic() + TIMEOUT
    while True:
        try:
            client.list_topics(timeout=1)
            return client
        except KafkaException as error:
            client.poll(0)
            if KafkaError._AUTHENTICATION in trouble:
                raise KafkaDownError(
                    f"Kafka at {servers} refuses user {settings.get('sasl.username')}: name, "
                    "password or mechanism is wrong (KAFKA_USERNAME, KAFKA_PASSWORD, "
                    "KAFKA_SASL_MECHANISM)"
                ) from None
            if KafkaError._SSL in trouble:
                what = f"Kafka at {servers} is not trusted (KAFKA_CA_FILE)"
                raise kafka_down(trouble[KafkaError._SSL], what) from None
            if time.monotonic() > deadline:
                why = trouble.get(KafkaError._TRANSPORT, kafka_error(error))
                raise kafka_down(why, f"Kafka does not answer at {servers}") from None


def retry_while(passing: Collection[int], what: str, ask: Callable[[], T]) -> T:
    """What `ask` returns; called again while it fails with an error that passes by itself.

    Args:
        passing: codes of such errors.
        what: begins the message of the error to raise.

    Raises:
        KafkaDownError: it fails with another one, or for longer than TIMEOUT.
    """
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            return ask()
        except KafkaException as error:
            if kafka_error(error).code() not in passing or time.monotonic() > deadline:
                raise kafka_down(error, what) from None
        time.sleep(POLL_SECONDS)
