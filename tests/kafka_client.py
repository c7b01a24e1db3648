"""How a test reaches the Kafka of a stack."""

from __future__ import annotations

import os
from collections.abc import Mapping
from unittest import mock

import settings


def kafka_client(of_the_stack: Mapping[str, str]) -> dict[str, str]:
    """librdkafka's settings, from a stack's."""
    with mock.patch.dict(os.environ, of_the_stack, clear=True):
        return settings.kafka_client()
