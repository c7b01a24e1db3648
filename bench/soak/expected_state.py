"""What the sink must hold, from nothing but the topic's bytes and the contract's promise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

TEXTS, OPTIONAL = ("tx_id", "user_id", "currency"), ("merchant", "category")
#: Columns in the order of a row here.
COLUMNS = ("tx_id", "user_id", "amount", "currency", "merchant", "category", "timestamp")
#: Topic, partition and offset of a record.
Origin = tuple[str, int, int]


@dataclass
class ExpectedState:
    """What a topic's records say.

    Attributes:
        rows: digest of the last good row of each key.
        poison: where the records are that cannot be rows.
        records: how many there are; ``first_offset``: how many have expired.
    """

    rows: dict[str, bytes] = field(default_factory=dict)
    poison: set[Origin] = field(default_factory=set)
    records: int = 0
    first_offset: int = 0


def read_topic(client: Mapping[str, str], topic: str) -> ExpectedState:
    """Read the whole topic.

    Raises:
        RuntimeError: Kafka reports an error.
    """
    state = ExpectedState()
    consumer, left = _consumer(client, topic, state)
    while left:
        for message in consumer.consume(10_000, 0.5):
            if message.error() is not None:
                raise RuntimeError(str(message.error()))
            _add_record(state, message)
            number, position = message.partition() or 0, message.offset() or 0
            if position + 1 >= left.get(number, 0):
                left.pop(number, None)
    consumer.close()
    return state


def _consumer(
    client: Mapping[str, str], topic: str, state: ExpectedState
) -> tuple[Consumer, dict[int, int]]:
    """A consumer of everything that is there, and each partition's end."""
    consumer = Consumer({**client, "group.id": "soak"})
    numbers = consumer.list_topics(topic, 30).topics[topic].partitions
    left = {}
    for number in numbers:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), 30)
        state.first_offset += low
        if high > low:
            left[number] = high
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in left])
    return consumer, left


def _add_record(state: ExpectedState, message: Message) -> None:
    state.records += 1
    row = good_row(message.value())
    if row is None:
        origin = (message.topic() or "", message.partition() or 0, message.offset() or 0)
        state.poison.add(origin)
    else:
        state.rows[str(row[0])] = digest(row)


def good_row(value: bytes | None) -> tuple[Any, ...] | None:
    """A JSON message as a row, None if Postgres or the contract could not take it."""
    try:
        fields = json.loads(value or b"", parse_float=Decimal, parse_int=Decimal)
        timestamp = datetime.fromisoformat(fields["timestamp"])
    except (ValueError, TypeError, KeyError):
        return None
    texts = [fields.get(name) for name in TEXTS]
    optional = [fields.get(name) for name in OPTIONAL]
    readable = (
        all(isinstance(text, str) for text in texts)
        and all(text is None or isinstance(text, str) for text in optional)
        and isinstance(fields.get("amount"), Decimal)
        and not any("\0" in text for text in [*texts, *optional] if text)
    )
    return (
        tuple({**fields, "timestamp": timestamp}.get(name) for name in COLUMNS)
        if readable
        else None
    )


def digest(row: tuple[Any, ...]) -> bytes:
    """A row's values in 16 bytes; equal numbers and equal timestamps are equal."""
    plain = [
        str(value.normalize()) if isinstance(value, Decimal)
        else value.astimezone(UTC).isoformat() if isinstance(value, datetime)
        else value
        for value in row
    ]  # fmt: skip
    return blake2b(repr(plain).encode(), digest_size=16).digest()
