"""Nothing is coerced: a message is a row with its exact values, or a letter that says why."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from connectors.registrar.avro import schema_content
from tests.connectors.conftest import ROOT
from tests.plugin.conftest import Converter

TRANSACTION = schema_content(ROOT / "producer" / "schemas" / "transaction.avsc")
USER_EVENT = schema_content(ROOT / "producer" / "schemas" / "user_event.avsc")

GOOD = {
    "tx_id": '"t1"',
    "user_id": '"u1"',
    "amount": "12.34",
    "currency": '"EUR"',
    "merchant": '"m"',
    "category": "null",
    "timestamp": '"2026-05-06T07:08:09.123456Z"',
}


def message(**changes: str | None) -> str:
    """A good transaction with some fields' JSON changed; None leaves one out."""
    fields = {name: text for name, text in (GOOD | changes).items() if text is not None}
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in fields.items()) + "}"


@pytest.fixture
def transactions(converter: Converter) -> Converter:
    assert converter.configure(TRANSACTION).kind == "C"
    return converter


def test_a_good_message_has_exactly_its_values(transactions: Converter) -> None:
    assert transactions.one(message()).value == {
        "tx_id": "t1",
        "user_id": "u1",
        "amount": "12.34",
        "currency": "EUR",
        "merchant": "m",
        "category": None,
        "timestamp": "2026-05-06T07:08:09.123456Z",
    }


def test_a_tombstone_stays_a_null(transactions: Converter) -> None:
    assert transactions.one(None).value is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234567890123456.78", "1234567890123456.78"),
        ("-0.01", "-0.01"),
        ("-0", "0.00"),
        ("0e2147483647", "0.00"),
        ("12.3400", "12.34"),
        ("1.234e1", "12.34"),
        ("1e15", "1000000000000000.00"),
    ],
)
def test_a_decimal_keeps_every_digit(transactions: Converter, text: str, value: str) -> None:
    assert transactions.one(message(amount=text)).value["amount"] == value


DECIMAL = "a number with at most 16 digits before the point and 2 after it"
TIME = "a time in ISO 8601 with a zone, from 4713-11-24 BC to 294276-12-31"
REFUSED: list[tuple[dict[str, str | None], str]] = [
    (
        {"amount": '"1234"'},
        f"amount: found a text of 4 characters; the contract asks for {DECIMAL}",
    ),
    (
        {"amount": '"abcd"'},
        f"amount: found a text of 4 characters; the contract asks for {DECIMAL}",
    ),
    ({"amount": '""'}, f"amount: found an empty text; the contract asks for {DECIMAL}"),
    ({"amount": "true"}, f"amount: found true; the contract asks for {DECIMAL}"),
    ({"amount": "[1]"}, f"amount: found an array; the contract asks for {DECIMAL}"),
    ({"amount": "0.005"}, f"amount: found the number 0.005; the contract asks for {DECIMAL}"),
    ({"amount": "1e16"}, f"amount: found the number 1e16; the contract asks for {DECIMAL}"),
    (
        {"amount": "1e2147483648"},
        f"amount: found the number 1e2147483648; the contract asks for {DECIMAL}",
    ),
    ({"amount": "NaN"}, "the message is not JSON (byte "),
    ({"amount": "01"}, "the message is not JSON (byte "),
    ({"amount": None}, f"amount is missing; the contract asks for {DECIMAL}"),
    ({"amount": "null"}, f"amount: found null; the contract asks for {DECIMAL}"),
    ({"tx_id": "5"}, "tx_id: found the number 5; the contract asks for a text"),
    ({"tx_id": None}, "tx_id is missing; the contract asks for a text"),
    ({"merchant": "5"}, "merchant: found the number 5; the contract asks for a text"),
    ({"merchant": "true"}, "merchant: found true; the contract asks for a text"),
    ({"merchant": "{}"}, "merchant: found an object; the contract asks for a text"),
    ({"merchant": '"a\\u0000b"'}, "merchant: found a text with the character U+0000"),
    ({"merchant": '"a\\ud800b"'}, "merchant: found a text with half of a surrogate pair"),
    ({"unknown": "1"}, "the message has a field unknown that is not in the contract"),
    (
        {"timestamp": '"yesterday"'},
        f"timestamp: found a text of 9 characters; the contract asks for {TIME}",
    ),
    (
        {"timestamp": "1778051289"},
        f"timestamp: found the number 1778051289; the contract asks for {TIME}",
    ),
    ({"timestamp": '"infinity"'}, "timestamp: found a text of 8 characters"),
    ({"timestamp": '"2026-05-06T07:08:09"'}, "timestamp: found a text of 19 characters"),
    ({"timestamp": '"2026-02-29T00:00:00Z"'}, "timestamp: found a text of 20 characters"),
    ({"timestamp": '"2026-05-06T24:00:00Z"'}, "timestamp: found a text of 20 characters"),
    ({"timestamp": '"2026-05-06T07:08:60Z"'}, "timestamp: found a text of 20 characters"),
    ({"timestamp": '"-4712-11-23T23:59:59Z"'}, "timestamp: found a text of 21 characters"),
    ({"timestamp": '"+294277-01-01T00:00:00Z"'}, "timestamp: found a text of 23 characters"),
    (
        {"timestamp": '"2026-05-06T07:08:09.1234567Z"'},
        "timestamp: found a time finer than microseconds; the contract asks for microseconds, ",
    ),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED, ids=lambda value: str(value)[:50])
def test_what_does_not_fit_is_refused_with_field_and_reason(
    transactions: Converter, changes: dict[str, str | None], reason: str
) -> None:
    assert transactions.one(message(**changes)).reason.startswith(reason)


@pytest.mark.parametrize(
    "text",
    [
        '"abc"',
        '""',
        "true",
        "[1]",
        "4294967297",
        "1e10",
        "1.9",
        "1.0",
        "1e40000000",
        "-2147483649",
        '"5"',
    ],
)
def test_an_integer_is_digits_within_its_range(converter: Converter, text: str) -> None:
    converter.configure(USER_EVENT)
    event = {"event_id": "e", "user_id": "u", "event_type": "login", "device": "d"}
    event["timestamp"] = "2026-05-06T07:08:09Z"
    body = json.dumps(event)[:-1]
    assert converter.one(f'{body}, "duration_ms": 2147483647}}').value["duration_ms"] == 2147483647
    reason = converter.one(f'{body}, "duration_ms": {text}}}').reason
    assert reason.startswith("duration_ms: found ")
    assert reason.endswith("; the contract asks for a whole number from -2147483648 to 2147483647")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (message().encode() * 2, "the message goes on after its JSON value (byte 134)"),
        (message().encode() + b" and more", "the message goes on after its JSON value (byte 134)"),
        (message().encode() + b"\0", "the message has a zero byte at byte 134"),
        (b'{"tx_id":"a","tx_id":"b"}', "tx_id is there twice; the contract asks for it once"),
        (b'{"tx_id":"a","tx_\\u0069d":"a"}', "tx_id is there twice; the contract asks for it once"),
        (b"\xef\xbb\xbf" + message().encode(), "the message begins with a byte order mark"),
        (message().encode("utf-16"), "the message is not UTF-8 at byte 0"),
        (message().encode("utf-16-le"), "the message has a zero byte at byte 1"),
        (
            message(merchant='"~"').encode().replace(b"~", b"\xff"),
            "the message is not UTF-8 at byte 73",
        ),
        # NUL and half a surrogate pair in forms that are too long, or none, for UTF-8.
        (
            message(merchant='"~"').encode().replace(b"~", b"\xc0\x80"),
            "the message is not UTF-8 at byte 73",
        ),
        (
            message(merchant='"~"').encode().replace(b"~", b"\xed\xa0\x80"),
            "the message is not UTF-8 at byte 73",
        ),
        (message().encode()[:50], "the message is not JSON (byte "),
        (b"", "the message is empty"),
        (b" \n", "the message is empty"),
        (b"null", "the message: found null; the contract asks for an object"),
        (b"[]", "the message: found an array; the contract asks for an object"),
        (b"\0\0\0\0\1abc", "the message has a zero byte at byte 0"),
        (
            b"Alice",
            "the message is not JSON (byte 0): a word that is neither in quotes nor true, false or",
        ),
    ],
    ids=lambda value: str(value)[-50:],
)
def test_a_message_is_one_json_object_in_utf_8(
    transactions: Converter, raw: bytes, reason: str
) -> None:
    assert transactions.one(raw).reason.startswith(reason)


def test_a_reason_shows_no_text_of_a_field_and_nothing_that_a_terminal_acts_on(
    transactions: Converter,
) -> None:
    reasons = [
        transactions.one(message(**changes)).reason
        for changes in (
            {"amount": '"Alice Smith"'},
            {"timestamp": '"Alice Smith"'},
            {"\x1b[31mred\u202e" + "x" * 500: "1"},
            {"amount": "9" * 900},
        )
    ]
    assert not any(
        "Alice" in reason or "\x1b" in reason or "\u202e" in reason for reason in reasons
    )
    assert all(len(reason) < 250 for reason in reasons), reasons


def test_unknown_fields_can_be_ignored_whatever_is_in_them(converter: Converter) -> None:
    assert converter.configure(TRANSACTION, unknown_fields="ignore").kind == "C"
    known = converter.one(message()).value
    assert converter.one(message(unknown='{"a":[1,{"b":null}],"a":2}')).value == known


def test_finer_times_can_be_cut_to_what_postgres_keeps(converter: Converter) -> None:
    assert converter.configure(TRANSACTION, sub_microseconds="truncate").kind == "C"
    found = converter.one(message(timestamp='"2026-12-31T23:59:59.9999999-11:30"'))
    assert found.value["timestamp"] == "2026-12-31T23:59:59.999999-11:30"


def test_a_message_above_the_size_is_refused(converter: Converter) -> None:
    assert converter.configure(TRANSACTION, max_bytes="200").kind == "C"
    assert converter.one(message()).kind == "V"
    reason = converter.one(message(merchant=f'"{"x" * 100}"')).reason
    assert reason == "the message has 233 bytes, more than max.bytes=200"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "the schema is not JSON (line 1, column "),
        ("hunter2", "the schema is not JSON (line 1, column "),
        ("[]", "the schema is not an object with a type"),
        ('{"type":"bogus"}', "the schema has the type bogus, which is not one of Connect's"),
        ('{"type":"struct"}', "the schema is a struct without a list of fields"),
        ('{"type":"struct","fields":[{"type":"int8"}]}', 'a field without a name ("field": ...)'),
        ('{"type":"struct","fields":[{"field":"a","type":"int9"}]}', "field a has the type int9"),
        (
            '{"type":"struct","fields":[{"field":"a","type":"int8"},{"field":"a","type":"int8"}]}',
            "has the field a twice",
        ),
        ('{"type":"array"}', 'the schema has no "items"'),
        (
            '{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}',
            "is a map whose keys are not texts",
        ),
        (
            '{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal"}',
            "is a decimal whose parameter scale is not a whole number from -1000 to 1000",
        ),
        (
            '{"type":"int64","name":"io.debezium.time.ZonedTimestamp"}',
            "is a io.debezium.time.ZonedTimestamp, whose type is string, not int64",
        ),
        (
            '{"type":"int8","default":300}',
            "has a default that does not fit: the message: found the number 300",
        ),
    ],
)
def test_a_contract_that_cannot_be_read_strictly_stops_the_connector(
    converter: Converter, text: str, reason: str
) -> None:
    answer = converter.configure(text)
    assert answer.kind == "E"
    assert answer.text.startswith("schema.content: ")
    assert reason in answer.text


def test_settings_are_words_that_the_converter_knows(converter: Converter) -> None:
    assert "unknown.fields" in converter.configure(TRANSACTION, unknown_fields="drop").text
    assert "sub.microseconds" in converter.configure(TRANSACTION, sub_microseconds="round").text


MILLION = 1_000_000
# What costs more than its bytes where numbers are computed, names kept or nesting followed.
EXPENSIVE: dict[str, Any] = {
    "an exponent of 40 million": message(amount="1e40000000"),
    "the smallest exponent of Java": message(amount="1e-2147483647"),
    "a million digits": message(amount="9" * MILLION),
    "a million decimals": message(amount="0." + "9" * MILLION),
    "a million digits in a text field": message(merchant="9" * MILLION),
    "names of 60,000 letters": "{" + ",".join(f'"{"x" * 60_000}{i}":1' for i in range(16)) + "}",
    "100,000 names": "{" + ",".join(f'"n{i}":1' for i in range(100_000)) + "}",
    "1,500 brackets": "[" * 1500,
    "a million brackets": message(merchant="[" * MILLION),
    "a million objects": message(merchant='{"a":' * (MILLION // 5)),
    "a time of a million digits": message(timestamp=f'"2026-05-06T07:08:09.{"1" * MILLION}Z"'),
}


@pytest.mark.parametrize("unknown_fields", ["fail", "ignore"])
@pytest.mark.parametrize("kind", EXPENSIVE)
def test_hostile_messages_cost_no_more_than_their_bytes(
    converter: Converter, kind: str, unknown_fields: str
) -> None:
    converter.configure(TRANSACTION, unknown_fields=unknown_fields)
    raw = EXPENSIVE[kind].encode()
    plain = message(merchant=f'"{"x" * max(len(raw), 50_000)}"').encode()
    converter.convert([plain, raw])

    def fastest(each: bytes) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            (answer,) = converter.convert([each])
            times.append(time.perf_counter() - began)
            assert (answer.kind == "V") == (each is plain)
        return min(times)

    # Plain text is the cheapest there is: one name for each eight bytes costs ten times as much.
    assert fastest(raw) < 20 * fastest(plain)
