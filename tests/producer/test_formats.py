"""What is sent is exactly what was given, or it is refused with field and reason."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Context, Decimal
from functools import partial
from pathlib import Path
from typing import Any

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.contracts import checks
from producer.contracts.avro_format import AvroWire
from producer.contracts.contract import Contract, find_contract, load_contract
from producer.contracts.json_format import JsonWire
from producer.contracts.wire import Wire
from producer.errors import RefusedError

EXACT = Context(prec=60)
TRANSACTION = find_contract("transaction")
GOOD: dict[str, Any] = {
    "tx_id": "0190a5f0-1234-7abc-8def-000000000123",
    "user_id": "user_1",
    "amount": Decimal("-12.30"),
    "currency": "EUR",
    "merchant": 'Müller & Söhne "Nord"',
    "category": None,
    "timestamp": 1_793_500_000_123_456,
}
# Names that are Python's or the encoders' own words must do no harm.
EVERY_TYPE = {
    "type": "record",
    "name": "EveryType",
    "topic": "every_type",
    "key": "class",
    "fields": [
        {"name": "class", "type": "string"},
        {"name": "text", "type": ["null", "string"]},
        {"name": "row", "type": "boolean"},
        {"name": "field_0", "type": ["null", "boolean"]},
        {"name": "def", "type": "int"},
        {"name": "long", "type": ["null", "long"]},
        {"name": "double", "type": "double"},
        {"name": "v0", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9}},
        {
            "name": "decimal",
            "type": [
                "null",
                {"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": 7},
            ],
        },
        {"name": "frame", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]},
    ],
}


@pytest.fixture(scope="module")
def every_type(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    path = tmp_path_factory.mktemp("schemas") / "every_type.avsc"
    path.write_text(json.dumps(EVERY_TYPE))
    return load_contract(path)


def decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    """All that a contract accepts, in any spelling: 5, 5.0, 5E+0."""
    largest = 10**precision - 1
    exact = st.integers(-largest, largest).map(lambda n: EXACT.scaleb(n, -scale))
    return exact | exact.map(EXACT.normalize)


text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
micros = st.integers(checks.FIRST_MICRO, checks.LAST_MICRO)
timestamps = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7, minutes=30))]),
    min_value=datetime(2, 1, 1),
    max_value=datetime(9998, 12, 31),
)
VALUES: list[st.SearchStrategy[Any]] = [
    text,
    st.none() | text,
    st.booleans(),
    st.none() | st.booleans(),
    st.integers(-(2**31), 2**31 - 1),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    decimals(9, 0),
    st.none() | decimals(30, 7),
    st.none() | micros | timestamps,
]
VALID = ("k", "a", True, None, 1, 1 << 40, 0.5, Decimal(12), Decimal("0.1234567"), 0)
rows = st.tuples(*VALUES)
junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.text(), st.binary()
)


def normal(agreed: Contract, row: tuple[Any, ...]) -> list[Any]:
    return [
        checks.check_value(field, value) for field, value in zip(agreed.fields, row, strict=True)
    ]


def encoded(wire: Wire, row: tuple[Any, ...]) -> bytes:
    (outcome,) = wire.encode([row])
    if isinstance(outcome, RefusedError):
        raise outcome
    key, value = outcome
    assert key == str(row[0]).encode()
    assert value is not None
    return value


def read_json(data: bytes) -> list[Any]:
    return list(json.loads(data, parse_float=Decimal).values())


def read_avro(agreed: Contract, data: bytes) -> list[Any]:
    assert data[:5] == b"\0\0\0\0\x07"
    # Logical types are left as they travel: bytes and microseconds.
    plain = json.loads(json.dumps(agreed.schema).replace('"logicalType"', '"was"'))
    record = fastavro.schemaless_reader(io.BytesIO(data[5:]), plain, None)
    assert isinstance(record, dict)
    return list(record.values())


@given(row=rows)
def test_json_carries_every_accepted_value_exactly(every_type: Contract, row: Any) -> None:
    data = encoded(JsonWire(every_type), row)
    for field, sent, given_value in zip(
        every_type.fields, read_json(data), normal(every_type, row), strict=True
    ):
        if field.kind == "timestamp-micros" and given_value is not None:
            assert sent.endswith("Z")
            assert checks.check_value(field, datetime.fromisoformat(sent)) == given_value
        elif field.kind == "double":
            assert float(sent) == given_value
        else:
            assert sent == given_value
            if field.kind == "decimal" and field.scale and sent is not None:
                assert sent.as_tuple().exponent == -field.scale


@given(row=rows)
def test_avro_carries_every_accepted_value_exactly(every_type: Contract, row: Any) -> None:
    data = encoded(AvroWire(every_type, 7), row)
    for field, sent, given_value in zip(
        every_type.fields, read_avro(every_type, data), normal(every_type, row), strict=True
    ):
        if field.kind == "decimal" and given_value is not None:
            unscaled = int.from_bytes(sent, "big", signed=True)
            assert EXACT.scaleb(unscaled, -field.scale) == given_value
        else:
            assert sent == given_value


@given(row=rows, place=st.integers(0, len(VALUES) - 1), value=junk)
def test_the_block_encoders_accept_and_refuse_what_the_checked_ones_do(
    every_type: Contract, row: tuple[Any, ...], place: int, value: Any
) -> None:
    changed = (*row[:place], value, *row[place + 1 :])
    avro = AvroWire(every_type, 7)

    def outcome(encode: Callable[[Any], bytes]) -> object:
        try:
            return encode(changed)
        except RefusedError as reason:
            return str(reason)

    json_wire = JsonWire(every_type)
    assert outcome(partial(encoded, json_wire)) == outcome(json_wire.encode_checked)
    checked_avro = outcome(avro.encode_checked)
    block_avro = outcome(partial(encoded, avro))
    if isinstance(checked_avro, bytes):
        assert isinstance(block_avro, bytes)
        assert read_avro(every_type, block_avro) == read_avro(every_type, checked_avro)
    else:
        assert block_avro == checked_avro


@given(block=st.lists(rows, min_size=2, max_size=9), place=st.integers(0, 8), value=junk)
def test_a_row_is_encoded_or_refused_whatever_else_is_in_its_block(
    every_type: Contract, block: list[tuple[Any, ...]], place: int, value: Any
) -> None:
    index = place % len(block)
    block[index] = (*block[index][:-1], value)
    for wire in (JsonWire(every_type), AvroWire(every_type, 7)):
        alone = [wire.encode([row])[0] for row in block]
        assert list(map(str, wire.encode(block))) == list(map(str, alone))


def test_a_decimal_without_a_scale_takes_no_fraction(every_type: Contract) -> None:
    row = list(VALID)
    row[7] = Decimal("12.5")
    for wire in (JsonWire(every_type), AvroWire(every_type, 7)):
        with pytest.raises(RefusedError, match=r"v0: 12\.5 has more than 0 digits behind"):
            encoded(wire, tuple(row))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("tx_id", None, "null"),
        ("user_id", 7, "int, not a string"),
        ("user_id", "a\0b", "NUL"),
        ("merchant", "\ud800", "surrogate"),
        ("amount", 12.3, "not exact"),
        ("amount", True, "not exact"),
        ("amount", Decimal("12.345"), "more than 2 digits behind"),
        ("amount", Decimal("10000000000000000"), "more than 16 digits before"),
        ("amount", Decimal("1E+40"), "more than 16 digits before"),
        ("amount", Decimal("NaN"), "not a number"),
        ("amount", Decimal("-Infinity"), "not a number"),
        ("timestamp", "2026-11-01", "not a timestamp"),
        ("timestamp", datetime(2026, 11, 1), "no time zone"),
        ("timestamp", 253_402_300_800_000_000, "years 0001 to 9999"),
    ],
)
def test_what_postgres_or_the_contract_would_not_take_is_refused_with_field_and_reason(
    field: str, value: Any, reason: str
) -> None:
    row = TRANSACTION.row(GOOD | {field: value})
    for wire in (JsonWire(TRANSACTION), AvroWire(TRANSACTION, 7)):
        with pytest.raises(RefusedError, match=rf"^{field}: .*{reason}"):
            encoded(wire, row)


def test_a_missing_or_unknown_field_is_named() -> None:
    with pytest.raises(RefusedError, match="currency: missing"):
        TRANSACTION.row({k: v for k, v in GOOD.items() if k != "currency"})
    with pytest.raises(RefusedError, match=r"colour: .* no such field"):
        TRANSACTION.row(GOOD | {"colour": "red"})


def test_the_json_of_a_transaction_reads_as_documented() -> None:
    assert encoded(JsonWire(TRANSACTION), TRANSACTION.row(GOOD)).decode() == (
        '{"tx_id":"0190a5f0-1234-7abc-8def-000000000123","user_id":"user_1","amount":-12.30,'
        '"currency":"EUR","merchant":"Müller & Söhne \\"Nord\\"","category":null,'
        '"timestamp":"2026-11-01T02:26:40.123456Z"}'
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"key": "nowhere"}, "not one of its fields"),
        ({"key": "text"}, "has to be a required string"),
        ({"topic": None}, "lacks 'topic'"),
        ({"fields": [{"name": "x", "type": {"type": "array", "items": "string"}}]}, "not support"),
        ({"fields": [{"name": "x", "type": ["string", "null"]}]}, "only union"),
        ({"fields": [{"name": "x", "type": "nonsense"}]}, "nonsense"),
    ],
)
def test_a_contract_that_cannot_be_used_says_why(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    changed = {k: v for k, v in (EVERY_TYPE | change).items() if v is not None}
    path = tmp_path / "broken.avsc"
    path.write_text(json.dumps(changed))
    with pytest.raises(Exception, match=reason):
        load_contract(path)
