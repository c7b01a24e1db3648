"""An Avro message is a row with its exact values, or a letter that says why."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.plugin import oracle
from tests.plugin.conftest import Answer, Converter
from tests.plugin.registry import Registry, encoded, framed, serving

Schema = dict[str, Any]


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    with serving() as found:
        yield found


def logical(base: str, name: str, **more: Any) -> Schema:
    return {"type": base, "logicalType": name, **more}


def decimal(precision: int, scale: int) -> Schema:
    return logical("bytes", "decimal", precision=precision, scale=scale)


def fixed(size: int, **more: Any) -> Schema:
    return {"type": "fixed", "name": "F", "size": size, **more}


def asked(kind: str, name: str | None = None, **more: Any) -> Schema:
    return {"type": kind, **({"name": name} if name else {}), **more}


def record(kind: Any, name: str = "R") -> Schema:
    return {"type": "record", "name": name, "fields": [{"name": "f", "type": kind}]}


def struct(field: Schema) -> Schema:
    return {"type": "struct", "fields": [{"field": "f", **field}]}


MS, US, NS = (logical("long", f"timestamp-{unit}") for unit in ("millis", "micros", "nanos"))
LOCAL = logical("long", "local-timestamp-micros")
MONEY = asked("bytes", oracle.DECIMAL, parameters={"scale": "2", "connect.decimal.precision": "18"})
ZONED = asked("string", oracle.ZONED)
MICROS = asked("int64", "io.debezium.time.MicroTimestamp")
MILLIS = asked("int64", "org.apache.kafka.connect.data.Timestamp")
NANOS = asked("int64", "io.debezium.time.NanoTimestamp")
DAY = asked("int32", "io.debezium.time.Date")
CLOCK = asked("int64", "io.debezium.time.MicroTime")
UUID = asked("string", "io.debezium.data.Uuid")
TEXTS = asked("array", items=asked("string"))
SYMBOL = asked("string")
SYMBOLS = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
AT = 1778051289123456
TIME = "a time in ISO 8601 with a zone, from 4713-11-24 BC to 294276-12-31"
ASKS = "the contract asks for"
DIGITS = "a number with at most 16 digits before the point and 2 after it"

EXACT: list[tuple[Any, Any, Schema, Any]] = [
    ("int", 5, asked("int64"), 5),
    ("long", 5, asked("int8"), 5),
    ("int", 5, MONEY, "5.00"),
    ("int", 2**24, asked("float"), "4b800000"),
    ("float", 0.1, asked("double"), "3fb99999a0000000"),
    ("double", 0.5, asked("float"), "3f000000"),
    ("double", -0.0, asked("double"), "8000000000000000"),
    (decimal(9, 4), (123400).to_bytes(3, "big"), MONEY, "12.34"),
    (decimal(9, 0), b"\xff", MONEY, "-1.00"),
    (fixed(20, logicalType="decimal", precision=40, scale=2), b"\0" * 19 + b"\x05", MONEY, "0.05"),
    (MS, AT // 1000, MICROS, AT // 1000 * 1000),
    (MS, AT // 1000, ZONED, "2026-05-06T07:08:09.123Z"),
    (US, AT, ZONED, "2026-05-06T07:08:09.123456Z"),
    (US, -1, ZONED, "1969-12-31T23:59:59.999999Z"),
    (US, AT // 1000 * 1000, MILLIS, AT // 1000),
    (NS, AT * 1000, MICROS, AT),
    (LOCAL, AT, MICROS, AT),
    # As Confluent's and Debezium's tools write it.
    ({"type": "long", "connect.name": "io.debezium.time.NanoTimestamp"}, AT * 1000, MICROS, AT),
    ("long", AT, MICROS, AT),
    ("string", "2026-05-06T07:08:09.123456+02:00", ZONED, "2026-05-06T07:08:09.123456+02:00"),
    (logical("int", "date"), -1, DAY, -1),
    (logical("int", "time-millis"), 1, CLOCK, 1000),
    (SYMBOLS, "B", asked("string"), "B"),
    (logical("string", "uuid"), "0" * 8 + "-0000" * 3 + "-" + "0" * 12, UUID, None),
    (fixed(16, logicalType="uuid"), bytes(range(16)), UUID, "00010203-0405-0607-0809-0a0b0c0d0e0f"),
    (fixed(2), b"\0\xff", asked("bytes"), "00ff"),
    ("string", "zwölf 💶", asked("string"), "zwölf 💶"),
    (["null", "string"], None, asked("string", optional=True), None),
    (["null", "long", "string"], "x", asked("string"), "x"),
    ({"type": "array", "items": SYMBOLS}, ["A", "B"], TEXTS, ["A", "B"]),
    (
        {"type": "map", "values": "int"},
        {"a": 1},
        asked("map", keys=asked("string"), values=asked("int64")),
        {"a": 1},
    ),
    (record("int", "Inner"), {"f": 1}, struct(asked("int16")), {"f": 1}),
]

REFUSED: list[tuple[Any, Any, Schema, str]] = [
    ("long", 128, asked("int8"), "the number 128; the contract asks for a whole number"),
    ("long", 2**53 + 1, asked("double"), "the number 9007199254740993"),
    ("double", 0.1, asked("float"), "the number 0.1; the contract asks for a number that is exact"),
    ("double", float("nan"), asked("double"), "the number NaN"),
    ("double", 1.0, asked("int64"), "the number 1.0; the contract asks for a whole number"),
    ("double", 1.0, MONEY, f"the number 1.0; the contract asks for {DIGITS}"),
    (decimal(9, 3), b"\x30\x39", MONEY, f"the number 12.345; {ASKS} {DIGITS}"),
    (decimal(30, 2), (10**18).to_bytes(8, "big"), MONEY, "the number 10000000000000000.00"),
    (decimal(9, 2), b"", MONEY, "a decimal of no bytes"),
    (decimal(9, 2), b"\x7f" * 100_000, MONEY, "a decimal of 100000 bytes"),
    # A scale above the precision makes it plain bytes, by Avro's specification.
    (decimal(2, 9), b"\x01", MONEY, f"1 bytes; the contract asks for {DIGITS}"),
    (decimal(9, 2), b"\x01", asked("bytes"), "the number 0.01; the contract asks for bytes"),
    (logical("bytes", "big-decimal"), b"\x02\x01\x00", asked("bytes"), "a big-decimal"),
    (LOCAL, AT, ZONED, f"the number {AT} (local-timestamp-micros); {ASKS} {TIME}"),
    (US, AT, MILLIS, f"the number {AT} (timestamp-micros); {ASKS} milliseconds"),
    (MS, 2**62, MICROS, f"the number {2**62} (timestamp-millis)"),
    (US, -(2**63), ZONED, f"the number {-(2**63)} (timestamp-micros)"),
    (NS, 1, ZONED, "a time finer than microseconds"),
    (NS, 1, MICROS, "the number 1 (timestamp-nanos)"),
    (US, AT, asked("int64"), f"the number {AT} (timestamp-micros)"),
    (US, AT, asked("string"), f"the number {AT} (timestamp-micros)"),
    (logical("int", "date"), 1, ZONED, "the number 1 (date)"),
    (logical("int", "date"), 1, MICROS, "the number 1 (date)"),
    ("long", AT, ZONED, f"the number {AT}; the contract asks for {TIME}"),
    (logical("long", "timestamp-seconds"), AT, MICROS, f"the number {AT} (timestamp-seconds)"),
    (
        logical("long", "timestamp-millis", **{"connect.name": "io.debezium.time.MicroTimestamp"}),
        AT,
        MICROS,
        f"the number {AT} (timestamp-millis, and local-timestamp-micros)",
    ),
    (logical("int", "time-millis"), 86_400_000, CLOCK, "the number 86400000000"),
    ("bytes", b"text", asked("string"), "4 bytes; the contract asks for a text"),
    ("string", "text", asked("bytes"), "a text of 4 characters; the contract asks for bytes"),
    ("string", "a\0b", asked("string"), "a text with the character U+0000"),
    ("string", "no", UUID, "a text of 2 characters; the contract asks for a UUID"),
    ("boolean", True, asked("int8"), "true; the contract asks for a whole number"),
    (["null", "string"], None, asked("string"), "null; the contract asks for a text"),
    (["null", "long", "string"], 5, asked("string"), "the number 5; the contract asks for a text"),
    ({"type": "map", "values": "int"}, {}, struct(asked("int8")), f"a map; {ASKS} an object"),
    (record("int", "Inner"), {"f": 1}, asked("string"), "a record; the contract asks for a text"),
    ({"type": "array", "items": "string"}, [], asked("string"), f"an array; {ASKS} a text"),
]  # fmt: skip


def convert(
    converter: Converter, registry: Registry, kind: Any, value: Any, field: Schema, **options: str
) -> Answer:
    assert converter.configure_avro(struct(field), registry.address, **options).kind == "C"
    schema = record(kind)
    return converter.one(framed(registry.register(schema), encoded(schema, {"f": value})))


@pytest.mark.parametrize(("kind", "value", "field", "row"), EXACT, ids=lambda each: str(each)[:40])
def test_what_fits_is_the_same_value_whatever_type_it_was_written_as(
    converter: Converter, registry: Registry, kind: Any, value: Any, field: Schema, row: Any
) -> None:
    found = convert(converter, registry, kind, value, field).value["f"]
    assert found == (value if field is UUID and row is None else row)


@pytest.mark.parametrize(("kind", "value", "field", "found"), REFUSED, ids=lambda e: str(e)[:40])
def test_what_would_be_another_value_is_a_letter_with_field_and_reason(
    converter: Converter, registry: Registry, kind: Any, value: Any, field: Schema, found: str
) -> None:
    reason = convert(converter, registry, kind, value, field).reason
    assert reason.startswith(f"f: found {found}")
    assert "; the contract asks for " in reason


def test_missing_and_unknown_fields_are_what_they_are_in_json(
    converter: Converter, registry: Registry
) -> None:
    fields = [
        {"field": "a", **asked("int8", default=7)},
        {"field": "b", **asked("string", optional=True)},
        {"field": "c", **asked("string", optional=True, default="x")},
    ]
    contract = {"type": "struct", "fields": fields}
    schema = record(["null", "string"])
    schema["fields"].append({"name": "c", "type": ["null", "string"]})
    message = framed(registry.register(schema), encoded(schema, {"f": "text", "c": None}))
    converter.configure_avro(contract, registry.address)
    assert converter.one(message).reason == "the message has a field f that is not in the contract"
    converter.configure_avro(contract, registry.address, unknown_fields="ignore")
    assert converter.one(message).value == {"a": 7, "b": None, "c": None}
    converter.configure_avro(struct(asked("string")), registry.address, unknown_fields="ignore")
    assert converter.one(message).value == {"f": "text"}
    needed = {"type": "struct", "fields": [{"field": "g", **asked("string")}]}
    converter.configure_avro(needed, registry.address, unknown_fields="ignore")
    assert converter.one(message).reason == "g is missing; the contract asks for a text"


@pytest.mark.parametrize("field", [ZONED, MICROS, NANOS])
def test_finer_times_can_be_cut_to_what_postgres_keeps(
    converter: Converter, registry: Registry, field: Schema
) -> None:
    cut = {"sub_microseconds": "truncate"}
    found = convert(converter, registry, NS, -1, field, **cut).value["f"]
    rows = {ZONED["name"]: "1969-12-31T23:59:59.999999Z", MICROS["name"]: -1, NANOS["name"]: -1000}
    assert found == rows[field["name"]]


def test_a_tombstone_stays_a_null(converter: Converter, registry: Registry) -> None:
    converter.configure_avro(struct(asked("string")), registry.address)
    assert converter.one(None).value is None


# --- the registry --------------------------------------------------------------------------------


def test_a_schema_is_fetched_once(converter: Converter, registry: Registry) -> None:
    converter.configure_avro(
        struct(asked("int8")), f"{registry.address}/under/a/path/", basic_auth_user_info="a:b:c"
    )
    message = framed(registry.register(record("int")), b"\x02")
    registry.asked.clear()
    assert {answer.text for answer in converter.convert([message] * 50)} == {'{"f":1}'}
    ((path, authorization),) = registry.asked
    assert path.startswith("/under/a/path/schemas/ids/")
    assert authorization == "Basic YTpiOmM="


def test_what_the_registry_knows_no_schema_of_is_a_letter(
    converter: Converter, registry: Registry
) -> None:
    converter.configure_avro(struct(asked("int8")), registry.address)
    header = "the message does not begin with a zero byte and the four bytes of a schema's id"
    assert converter.one(b"").reason == header
    assert converter.one(b"\0\0\0\0").reason == header
    assert converter.one(b'{"f": 1}').reason == header
    registry.asked.clear()
    for answer in converter.convert([framed(9999, b"\x02")] * 20 + [framed(-1, b"\x02")] * 20):
        assert answer.reason.startswith("the schema registry knows no schema with the id ")
    assert len(registry.asked) == 2

    def reason(schema: Any, **more: Any) -> str:
        return converter.one(framed(registry.register(schema, **more), b"\x02")).reason

    assert "cannot be parsed" in reason("{")
    assert "cannot be parsed" in reason('{"type":"record","name":"R","fields":[{"name":"f"}]}')
    assert "cannot be parsed" in reason('{"type":"array","items":' * 50_000)
    assert "is of the type PROTOBUF" in reason("x", schemaType="PROTOBUF")
    unknown = {"name": "S", "subject": "gone", "version": 1}
    assert "refers to version 1 of gone, which" in reason(record("int"), references=[unknown])
    assert (
        reason('"int"')
        == "the message: found the number 1; the contract asks for an object with fields"
    )


def test_a_schema_may_refer_to_others_which_refer_to_others(
    converter: Converter, registry: Registry
) -> None:
    converter.configure_avro(struct(SYMBOL), registry.address)
    symbols = registry.register_subject("com.acme / symbols", {**SYMBOLS, "namespace": "com.acme"})
    pair = {"type": "record", "name": "P", "fields": [{"name": "s", "type": "com.acme.E"}]}
    pairs = registry.register_subject("pairs", pair, references=[symbols])
    schema = {"type": "record", "name": "R", "fields": [{"name": "f", "type": "com.acme.E"}]}
    # The same subject twice, on two ways.
    message = framed(registry.register(schema, references=[pairs, symbols]), b"\x02")
    assert converter.one(message).value == {"f": "B"}

    # The registry is asked for each schema once.
    registry.asked.clear()
    converter.convert([message] * 20)
    assert registry.asked == []
    again = {"name": "E", "subject": "later", "version": 1}
    late = framed(registry.register(schema, references=[again]), b"\x02")
    assert "refers to version 1 of later" in converter.one(late).reason


@pytest.mark.parametrize(
    "answer",
    [
        (503, b"busy"),
        (401, b'{"error_code": 401}'),
        # Of a proxy, or of a path that is wrong.
        (404, b"<html>not found</html>"),
        (404, b'{"error_code": 404, "message": "HTTP 404 Not Found"}'),
        (302, b""),
        (200, b"<html>sign in</html>"),
    ],
)
def test_a_registry_that_does_not_answer_is_waited_for_and_then_fails_the_task(
    converter: Converter, registry: Registry, answer: tuple[int, bytes]
) -> None:
    converter.configure_avro(
        struct(asked("int8")), registry.address, schema_registry_max_wait_ms="1000"
    )
    message = framed(registry.register(record("int")), b"\x02")
    registry.answers[:] = [answer]
    assert converter.one(message).value == {"f": 1}
    converter.configure_avro(
        struct(asked("int8")), registry.address, schema_registry_max_wait_ms="100"
    )
    registry.answers[:] = [answer]
    failed = converter.one(message)
    assert failed.kind == "U"
    assert f"HTTP {answer[0]}" in failed.text
    assert converter.one(message).value == {"f": 1}


def test_a_registry_of_which_one_address_is_down_answers_at_the_other(
    converter: Converter, registry: Registry
) -> None:
    converter.configure_avro(struct(asked("int8")), f"http://127.0.0.1:1,{registry.address}")
    assert converter.one(framed(registry.register(record("int")), b"\x02")).value == {"f": 1}


@pytest.mark.parametrize(
    "url", ["", "registry:8081", "ftp://registry", "http://me:secret@registry"]
)
def test_an_address_that_is_none_stops_the_connector(converter: Converter, url: str) -> None:
    answer = converter.configure_avro(struct(asked("int8")), url)
    assert answer.kind == "E"
    assert "schema.registry.url" in answer.text
    assert "secret" not in answer.text


# --- hostile bytes -------------------------------------------------------------------------------

TREE = {"type": "record", "name": "T", "fields": [{"name": "f", "type": ["int", "T"]}]}
NOTHING = record("null", "N0")
for level in range(1, 50):
    both = [{"name": name, "type": NOTHING if name == "l" else f"N{level - 1}"} for name in "lr"]
    NOTHING = {"type": "record", "name": f"N{level}", "fields": both}

# The number 2 ** 63 - 1.
MOST = b"\xfe" + b"\xff" * 8 + b"\x01"
MALFORMED: list[tuple[Any, bytes, str]] = [
    ("string", b"\x02\xff", "the message is not UTF-8 at byte 6"),
    ("string", b"\x04\xc0\x80", "the message is not UTF-8 at byte 6"),
    ("string", b"\x06\xed\xa0\x80", "the message is not UTF-8 at byte 6"),
    ("string", b"\x02a!", "the message goes on after its record (byte 7)"),
    ("string", b"\x04a", "(byte 6): 2 bytes should follow, and there are 1"),
    ("string", b"", "1 bytes should follow, and there are 0"),
    ("string", b"\x01", "-1 bytes should follow"),
    ("bytes", MOST, "9223372036854775807 bytes should follow"),
    ("long", b"\xff" * 9 + b"\x02", "a number is longer than 64 bits"),
    ("long", b"\xff" * 20, "a number is longer than 64 bits"),
    ("int", b"\x80\x80\x80\x80\x10", "the number 2147483648 is no int"),
    ("boolean", b"\x02", "2 is neither true nor false"),
    ("double", b"\0" * 7, "8 bytes should follow, and there are 7"),
    (["null", "int"], b"\x04", "there is no branch 2, only 2"),
    (["null", "int"], b"\x01", "there is no branch -1, only 2"),
    (SYMBOLS, b"\x04", "there is no symbol 2, only 2"),
    ({"type": "array", "items": "int"}, b"\x02\x02", "1 bytes should follow"),
    ({"type": "array", "items": "null"}, MOST, "more values than bytes"),
    ({"type": "array", "items": "int"}, b"\xff" * 9 + b"\x01\x02\0", "a block has another length"),
    ({"type": "array", "items": "int"}, b"\x01\x04\x02\0", "a block has another length"),
    ({"type": "map", "values": "int"}, b"\x04\x02a\x02\x02a\x02\0", "has the name a twice"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "raw", "reason"), MALFORMED, ids=lambda each: str(each)[:40])
def test_bytes_that_are_not_of_their_schema_are_a_letter(
    converter: Converter, registry: Registry, kind: Any, raw: bytes, reason: str
) -> None:
    field = asked("string", optional=True)
    if isinstance(kind, dict) and kind["type"] == "array":
        field = asked("array", items=asked("int64", optional=True))
    elif isinstance(kind, dict) and kind["type"] == "map":
        field = asked("map", keys=asked("string"), values=asked("int64"))
    elif kind in ("long", "int", ["null", "int"]):
        field = asked("int64", optional=True)
    elif kind in ("boolean", "bytes", "double"):
        field = asked(kind)
    message = framed(registry.register(record(kind)), raw)
    converter.configure_avro(struct(field), registry.address)
    assert reason in converter.one(message).reason
    # What is not kept is not let through either, but for what is only wrong for a row.
    converter.configure_avro(
        {"type": "struct", "fields": [{"field": "g", **asked("string", optional=True)}]},
        registry.address,
        unknown_fields="ignore",
    )
    assert "twice" in reason or reason in converter.one(message).reason


MILLION = 1_000_000
ARRAYS = record({"type": "array", "items": "A"}, "A")
EXPENSIVE: dict[str, tuple[Any, bytes]] = {
    "a decimal of a million bytes": (decimal(9, 2), b"\x80\x89\x7a" + b"\x7f" * MILLION),
    "a million arrays in arrays": (
        ARRAYS,
        b"\x02" * MILLION,
    ),
    "a record in itself": (TREE, b"\x02" * MILLION),
    "items that take no bytes": (
        {"type": "array", "items": {"type": "array", "items": "null"}},
        b"\xfe\xff\xff\xff\x0f" * (MILLION // 5),
    ),
    "records that take no bytes": (
        {"type": "array", "items": NOTHING},
        b"\xfe\xff\xff\xff\x0f" * (MILLION // 5),
    ),
}  # fmt: skip


@pytest.mark.parametrize("unknown_fields", ["fail", "ignore"])
@pytest.mark.parametrize("kind", EXPENSIVE)
def test_hostile_messages_cost_no_more_than_their_bytes(
    converter: Converter, registry: Registry, kind: str, unknown_fields: str
) -> None:
    schema, raw = EXPENSIVE[kind]
    is_skipped = unknown_fields == "ignore" and "decimal" in kind
    name = "g" if unknown_fields == "ignore" else "f"
    field = asked("array", items=asked("array", items=asked("string", optional=True)))
    fields = [
        {"field": name, **(MONEY if "decimal" in kind else field), "optional": True},
        {"field": "text", **asked("string", optional=True)},
    ]
    converter.configure_avro(
        {"type": "struct", "fields": fields}, registry.address, unknown_fields=unknown_fields
    )
    hostile = framed(registry.register(record(schema)), raw)
    texts = {"type": "record", "name": "R", "fields": [{"name": "text", "type": "string"}]}
    plain = framed(registry.register(texts), encoded(texts, {"text": "x" * len(raw)}))
    converter.convert([plain, hostile])

    def fastest(message: bytes) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            (answer,) = converter.convert([message])
            times.append(time.perf_counter() - began)
            assert answer.kind == ("V" if message is plain or is_skipped else "R"), answer
        return min(times)

    assert fastest(hostile) < 50 * fastest(plain)
