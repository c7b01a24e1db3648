"""Kafka's errors as the registrar's."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

from connectors.registrar.errors import RegistrarError

# Seconds for an error to pass that does so by itself, and between two looks.
TIMEOUT = 15.0
POLL_SECONDS = 0.1
T = TypeVar("T")


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


def outlasting(passing: Collection[int], what: str, ask: Callable[[], T]) -> T:
    """What `ask` gives, asked again while it fails with an error that passes by itself.

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
            if reason(error).code() not in passing or time.monotonic() > deadline:
                raise down(error, what) from None
        time.sleep(POLL_SECONDS)
