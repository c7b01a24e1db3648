"""A record is read as Connect reads it, oddities included."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import fastavro
import pytest

from connectors.registrar.errors import RegistrarError
from connectors.registrar.records.binding import binder
from connectors.registrar.records.decimals import from_unscaled
from connectors.registrar.records.from_avro import Registry
from connectors.registrar.records.from_json import convert, parse
from tests.connectors.conftest import FakeConnect

DECIMAL = {"type": "bytes", "name": "org.apache.kafka.connect.data.Decimal"}


def bound(name: str, value: Any) -> Any:
    kind = "string" if isinstance(value, str) else "int64"
    return binder({"field": "x", "type": kind, "name": name})(value)


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (DECIMAL, b"1234567890123456.78", Decimal("1234567890123456.78")),
        (DECIMAL | {"parameters": {"scale": "2"}}, b'"BNI="', Decimal("12.34")),
        ({"type": "string", "optional": True}, b"5", None),
        ({"type": "int32"}, b'"seven"', 0),
        ({"type": "int32"}, b"12.9", 12),
        ({"type": "int8"}, b"200", -56),
        ({"type": "int64"}, b"9223372036854775807", 9223372036854775807),
        ({"type": "boolean"}, b'"true"', False),
        ({"type": "double"}, b"1e3", 1000.0),
        ({"type": "string"}, b'"a" and more', "a"),
    ],
)
def test_json_reads_as_connect_reads_it(schema: dict[str, Any], text: bytes, value: Any) -> None:
    assert convert(schema, parse(text)) == value


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (DECIMAL, b'"12.34"'),
        (DECIMAL, b"1" * 1001),
        ({"type": "string"}, b"5"),
        ({"type": "string"}, b"null"),
        ({"type": "string"}, b"\xff\xfe\xff"),
        ({"type": "string"}, b""),
        ({"type": "string"}, b"NaN"),
        ({"type": "struct", "fields": []}, b"[]"),
        ({"type": "struct", "fields": [{"field": "id", "type": "string"}]}, b"{}"),
    ],
)
def test_what_connect_cannot_convert_is_not_converted_here(
    schema: dict[str, Any], text: bytes
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        convert(schema, parse(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-06T07:08:09.123456Z", "2026-05-06 07:08:09.123456Z"),
        ("2026-05-06T07:08+02:00", "2026-05-06 07:08:00.000000+02:00"),
        ("2026-12-31T23:59:59.9999995Z", "2026-12-31 23:59:60.000000Z"),
        ("+12345-01-01T00:00:00Z", "12345-01-01 00:00:00.000000Z"),
        ("-0001-01-01T00:00:00Z", "0002-01-01 00:00:00.000000Z BC"),
    ],
)
def test_zoned_times_are_exact_to_the_microsecond(text: str, expected: str) -> None:
    assert bound("io.debezium.time.ZonedTimestamp", text) == expected


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-05-06 07:08:09Z", "2026-05-06T24:00:00Z", "2026-05-06T07:08:60Z", "2026"],
)
def test_times_that_java_refuses_are_refused_though_postgres_would_take_them(text: str) -> None:
    with pytest.raises(ValueError, match="ISO-8601"):
        bound("io.debezium.time.ZonedTimestamp", text)


AVRO = {
    "type": "record",
    "name": "R",
    "fields": [
        {
            "name": "amount",
            "type": {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
        },
        {
            "name": "at",
            "type": {
                "type": "long",
                "logicalType": "timestamp-micros",
                "connect.name": "io.debezium.time.MicroTimestamp",
            },
        },
        {"name": "note", "type": ["null", "string"]},
    ],
}


def framed(schema_id: int, **values: Any) -> bytes:
    plain = {
        **AVRO,
        "fields": [
            {"name": "amount", "type": "bytes"},
            {"name": "at", "type": "long"},
            AVRO["fields"][2],
        ],
    }
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(plain), values)
    return b"\0" + schema_id.to_bytes(4) + out.getvalue()


def test_avro_keeps_every_digit_and_the_whole_range_of_times(fake_connect: FakeConnect) -> None:
    fake_connect.answers["GET /ids/7"] = (200, AVRO)
    registry = Registry(f"{fake_connect.url}/ids/{{id}}", str)
    digits = 10**40 + 1
    unscaled = digits.to_bytes(18, signed=True)
    schema, values = registry.read(framed(7, amount=unscaled, at=-(2**62), note=None))
    assert values["amount"] == Decimal(f"{digits}E-2")
    assert (values["at"], values["note"]) == (-(2**62), None)
    assert binder(schema["fields"][1])(values["at"]).startswith("J-")
    assert registry.read(framed(7, amount=b"\xff", at=0, note="x"))[1]["amount"] == Decimal("-0.01")
    assert fake_connect.calls == ["GET /ids/7"], "a schema is fetched once"


@pytest.mark.parametrize("message", [b"", b"{}", b"\0\0\0\0\7", b"\0\0\0\0\7\2"])
def test_bytes_that_are_no_avro_record_are_refused(
    fake_connect: FakeConnect, message: bytes
) -> None:
    fake_connect.answers["GET /ids/7"] = (200, AVRO)
    with pytest.raises(ValueError):  # noqa: PT011
        Registry(f"{fake_connect.url}/ids/{{id}}", str).read(message)


def test_an_unknown_schema_is_the_records_fault_and_a_silent_registry_is_not(
    fake_connect: FakeConnect,
) -> None:
    message = framed(9, amount=b"", at=0, note=None)
    with pytest.raises(ValueError, match="no schema has the id 9"):
        Registry(f"{fake_connect.url}/ids/{{id}}", str).read(message)
    with pytest.raises(RegistrarError, match="registry does not answer"):
        Registry("http://127.0.0.1:1/{id}", str).read(message)


def test_microseconds_before_and_after_1970() -> None:
    assert bound("io.debezium.time.MicroTimestamp", -1) == "J2440587 23:59:59.999999"
    assert bound("io.debezium.time.MicroTimestamp", 86_400_000_000) == "J2440589 00:00:00.000000"


def test_a_nul_byte_is_refused_and_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    text = binder({"field": "x", "type": "string"})
    assert text("a\ud800b") == "a?b"
    with pytest.raises(ValueError, match="NUL byte"):
        text("a\0b")


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("digits", [1, 600, 620, 131_074])
def test_decimals_of_any_length_are_exact(sign: str, digits: int) -> None:
    number = (10**digits - 7) * (-1 if sign else 1)
    unscaled = number.to_bytes(number.bit_length() // 8 + 1, signed=True)
    text = "9" * (digits - 1) + "3"
    assert from_unscaled(unscaled, 2) == Decimal(f"{sign}{text}E-2")
