"""Producing to Kafka, against messages that were encoded beforehand.

Ours validates and encodes each record from the contract and, in the rows called "from the seed",
draws it too. Theirs hands ready bytes to the same client with the same settings and delivery
reports: what is left to do is Kafka's. Needs the stack's Kafka (KAFKA_BOOTSTRAP_SERVERS).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import numpy as np
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

import settings
from bench import _source
from bench.timing import compare_rates
from producer.contracts.avro_format import AvroWire
from producer.contracts.json_format import JsonWire
from producer.contracts.message import Message, Row
from producer.contracts.wire import Wire
from producer.delivery.kafka import Delivery
from producer.delivery.run import CHUNK
from producer.delivery.totals import Observer
from producer.drawing.timeline import HOUR, Spread
from producer.events.messages import Messages
from producer.events.stream import Stream, blocks

COUNT = 400_000
TOPIC = "bench_produce"
START = 1_793_491_200_000_000
BAR = 0.5
# A run lasts one or two seconds, and single ratios are as far apart as 0.45 and 0.63.
ROUNDS = 11
QUIET = Observer(lambda text: None, lambda totals: None, lambda: False)


def bench_rows() -> Iterator[dict[str, Any]]:
    """Rows of the bench table; rates are acknowledged messages a second from one process."""
    settings.load_env()
    source = _source.transactions()
    # No registry is needed: the schema's id is nothing but a number in the frame.
    wires: dict[str, Wire] = {
        "JSON": JsonWire(source.contract),
        "Avro": AvroWire(source.contract, 1),
    }
    with _topic():
        for name, wire in wires.items():
            comparison = f"{name} encoded beforehand, same client settings"
            ready = list(_drawn(source, wire))
            rows = [source.rows(block, 1, times) for block, times in _times(source)]
            theirs = partial(_produce, partial(list, ready))
            encoding = partial(_produce, partial(_encoded, wire, rows))
            drawing = partial(_produce, partial(_drawn, source, wire))
            what = f"produce {name}"
            yield compare_rates(what, comparison, encoding, theirs, bar=BAR, rounds=ROUNDS)
            yield compare_rates(f"{what} from the seed", comparison, drawing, theirs, bar=None)


def _line(source: Stream) -> Spread:
    return Spread(START, START + 7 * 24 * HOUR, COUNT, source.recipe.rhythm)


def _times(source: Stream) -> Iterator[tuple[int, np.ndarray]]:
    for block, size in blocks(COUNT):
        yield block, source.times(block, size, 1, _line(source))


def _drawn(source: Stream, wire: Wire) -> Iterator[list[Message]]:
    messages = Messages(source, wire, _line(source), 1)
    for block, size in blocks(COUNT):
        yield messages.block(block, size).messages


def _encoded(wire: Wire, drawn: list[list[Row]]) -> Iterator[Any]:
    return map(wire.encode, drawn)


def _produce(make_blocks: Callable[[], Iterable[list[Message]]]) -> int:
    """Send blocks as a run does, and wait for the last delivery report."""
    delivery = Delivery(settings.kafka_client(), TOPIC, 60, QUIET)
    delivery.connect()
    for block in make_blocks():
        for first in range(0, len(block), CHUNK):
            delivery.send(block[first : first + CHUNK])
            delivery.poll(0)
    delivery.flush()
    if not delivery.totals.complete:
        raise RuntimeError(delivery.totals.line())
    return delivery.totals.acknowledged


@contextmanager
def _topic() -> Iterator[None]:
    """A topic of three partitions that is deleted afterwards."""
    admin = AdminClient({**settings.kafka_client()})
    # A run that was killed has left its own behind.
    with suppress(KafkaException):
        admin.delete_topics([TOPIC])[TOPIC].result(30)
    admin.create_topics([NewTopic(TOPIC, 3, 1)])[TOPIC].result(30)
    try:
        yield
    finally:
        admin.delete_topics([TOPIC])[TOPIC].result(30)
