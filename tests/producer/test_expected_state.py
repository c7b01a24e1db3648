"""The soak's own reading of a message agrees with what the producer meant by it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from bench.soak.expected_state import digest, good_row
from producer.contracts.json_format import JsonWire
from producer.contracts.poison import KINDS
from producer.drawing.timeline import Steady
from producer.events.faults import Faults
from producer.events.messages import Messages
from producer.events.stream import find_stream
from producer.users import read_registrations


def test_a_message_is_good_exactly_if_it_was_not_poisoned() -> None:
    source = find_stream("transaction", partial(read_registrations, "no such files"))
    faults = Faults(duplicates=0.1, changed=0.5, poison=dict.fromkeys(KINDS, 0.05))
    made = Messages(
        source, JsonWire(source.contract), Steady(1_793_491_200_000_000, 50.0), 1, faults
    )
    block = made.block(0, 2000)
    assert set(block.kinds) >= set(KINDS)
    for (key, value), kind in zip(block.messages, block.kinds, strict=True):
        row = good_row(value)
        assert (row is None) == (kind in KINDS), (kind, value)
        assert row is None or row[0] == key.decode()


def test_equal_numbers_are_equal_rows_and_others_are_not() -> None:
    assert digest((Decimal("1.50"),)) == digest((Decimal("1.5"),)) != digest((Decimal("1.51"),))
