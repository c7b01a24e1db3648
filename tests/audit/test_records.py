"""What the audit takes from a record: the row's key and values, whatever else is in it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import fastavro
import pytest

from audit import topic_to_sink
from audit.offsets import Offsets
from audit.record_values import plan
from audit.records import (
    FOREIGN,
    NO_ROW,
    ROW,
    TOMBSTONE,
    Records,
    load_dead_letters,
    load_records,
)
from audit.sink_columns import Kind
from audit.workspace import workspace
from connectors.registrar.avro import schema_content
from connectors.registrar.records.avro import AvroReader
from connectors.registrar.records.contract import DECIMAL, Field
from connectors.registrar.records.reader import STRICT_AVRO, STRICT_JSON
from dags.landing.reconcile.report import Hop
from tests.conftest import ROOT

CONTRACT = [
    {"field": "id", "type": "string"},
    {"field": "amount", "type": "bytes", "name": DECIMAL},
    {"field": "note", "type": "string", "default": "none"},
]
JSON = {
    "primary.key.fields": "id",
    "value.converter": STRICT_JSON,
    "value.converter.schema.content": json.dumps({"type": "struct", "fields": CONTRACT}),
}
AVRO = {
    "primary.key.fields": "id",
    "value.converter": STRICT_AVRO,
    "value.converter.schema.registry.url": "http://127.0.0.1:1",
}
TYPES = {"id": "text", "amount": "numeric", "note": "text", "ingested_at": "timestamptz"}
FRAMED = b"\0\0\0\0\1" + b"abc"


class Record:
    """As the client gives it, as far as it is asked for."""

    def __init__(self, key: bytes | None, value: bytes | None) -> None:
        self._key, self._value = key, value

    def key(self) -> bytes | None:
        return self._key

    def value(self) -> bytes | None:
        return self._value


def of(config: dict[str, str], key: bytes | None, value: bytes | None) -> Any:
    records = Records(config)
    records.choose_columns(TYPES, [])
    return records.of(Record(key, value))  # type: ignore[arg-type]


def test_the_key_is_the_field_s_whatever_else_has_its_bytes() -> None:
    value = b'{"note": "\\"id\\": \\"b\\"", "more": {"id": "b"}, "id": "a", "amount": 1.50}'
    key, kind, text, _ = of(JSON, b"b", value)
    assert (key, kind) == ("a", ROW)
    assert text == '=a\x1f=1.5\x1f="id": "b"'


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, TOMBSTONE, None),
        (b'{"id": null}', NO_ROW, None),
        (b"{", NO_ROW, None),
        (FRAMED, FOREIGN, None),
        (b'{"id": "a", "amount": null, "note": null}', ROW, "=a\x1f-\x1f-"),
        (b'{"id": "a", "amount": -0.0, "note": ""}', ROW, "=a\x1f=0\x1f="),
        (b'{"id": "a", "amount": 12e1}', ROW, "=a\x1f=120\x1f=none"),
        (b'{"id": "a", "amount": 1e999999999}', ROW, None),
    ],
)
def test_what_a_record_becomes(value: bytes | None, kind: int, text: str | None) -> None:
    assert of(JSON, b"a", value)[:3] == ("a", kind, text)


def test_a_row_may_be_older_than_a_field_with_a_default() -> None:
    assert of(JSON, b"a", b'{"id": "a", "amount": 1}')[2:] == (
        "=a\x1f=1\x1f=none",
        "=a\x1f=1\x1f-",
    )
    assert of(JSON, b"a", b'{"id": "a", "amount": 1, "note": null}')[3] is None


@pytest.mark.parametrize(
    ("records", "sink", "is_changed"),
    [
        # Digests of the records of a key, with and without defaults; None where there is none.
        ([(1, None), (2, None)], 2, False),
        ([(1, None), (2, None)], 1, True),
        ([(1, None), (None, None)], 9, False),
        ([(2, 3)], 3, False),
        ([(2, 3)], 4, True),
    ],
)
def test_the_last_record_of_a_key_is_compared_with_its_row(
    records: list[tuple[int | None, int | None]], sink: int, is_changed: bool
) -> None:
    with workspace() as rows:
        nothing = {"batches": lambda *_: [], "begins": lambda _: {}, "ends": lambda _: {}}
        kafka: Any = SimpleNamespace(**nothing)
        load_records(rows, kafka, Records(JSON), {}, {}, {})
        load_dead_letters(rows, kafka, "")
        for number, (digest, unfilled) in enumerate(records):
            values = f"'t', 0, {number}, 'k', {ROW}, {digest or 'null'}, {unfilled or 'null'}, true"
            rows.fill("one", f"select * from records union all select {values}")
            rows.fill("records", "select * from one")
        rows.fill("sink", f"select 'k' as key, {sink}::ubigint as digest")
        rows.fill("last_records", topic_to_sink._LAST_RECORDS)
        assert rows.number(f"select count(*) from ({topic_to_sink._CHANGED})") == is_changed


def test_records_before_a_change_of_format_are_not_read_with_the_new_reader() -> None:
    assert of(AVRO, b"a", b'{"id": "b"}') == ("a", FOREIGN, None, None)
    assert of(AVRO, b"a", b"{broken") == ("a", NO_ROW, None, None)


def test_one_moment_has_one_text_in_every_contract() -> None:
    moment, texts = 1793516889123456, set()
    forms: dict[str, Any] = {
        "ZonedTimestamp": "2026-11-01T07:08:09.123456+00:00",
        "MicroTimestamp": moment,
        "NanoTimestamp": moment * 1000 + 999,
    }
    for name, value in forms.items():
        made = plan([Field("at", "any", f"io.debezium.time.{name}")], {"at": Kind.TIMESTAMP})
        assert made
        texts.update(made.texts({"at": value}))
    assert texts == {str(moment)}


def test_avro_and_json_of_one_event_are_the_same_row(monkeypatch: pytest.MonkeyPatch) -> None:
    file = ROOT / "producer" / "schemas" / "transaction.avsc"
    schema = json.loads(file.read_text())
    monkeypatch.setattr(AvroReader, "_fetch", lambda *_: {"schema": file.read_text()})
    event = {"tx_id": "a", "user_id": "b", "currency": "EUR", "merchant": None, "category": ""}
    amount, at = Decimal("-12.50"), datetime(2026, 11, 1, 7, 8, 9, 123456, tzinfo=UTC)
    packed = io.BytesIO()
    fastavro.schemaless_writer(packed, schema, event | {"amount": amount, "timestamp": at})
    written = event | {"amount": -12.5, "timestamp": "2026-11-01T07:08:09.123456Z"}
    config = {"value.converter.schema.content": schema_content(file)}
    types = dict.fromkeys(["tx_id", "user_id", "currency", "merchant", "category"], "text")
    types |= {"amount": "numeric", "timestamp": "timestamp with time zone"}
    found = []
    framed = b"\0\0\0\0\1" + packed.getvalue()
    for format_, value in ((JSON | config, json.dumps(written).encode()), (AVRO, framed)):
        record: Any = Record(b"a", value)
        records = Records(format_ | {"primary.key.fields": "tx_id"})
        records.choose_columns(types, [record])
        assert len(records.columns) == len(types)
        found.append(records.of(record))
    assert found[0] == found[1]
    assert found[0][2] == "=a\x1f=b\x1f=-12.5\x1f=EUR\x1f-\x1f=\x1f=1793516889123456"


def test_an_avro_schema_may_refer_to_others_and_need_not_be_a_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    amount = {"type": "fixed", "name": "a.Money", "size": 2}
    fields = [{"name": "id", "type": "string"}, {"name": "paid", "type": "a.Money"}]
    answers = {
        "schemas/ids/1": {
            "schema": json.dumps({"type": "record", "name": "R", "fields": fields}),
            "references": [{"name": "a.Money", "subject": "money / 1", "version": 3}],
        },
        "subjects/money%20%2F%201/versions/3": {"schema": json.dumps(amount)},
        "schemas/ids/2": {"schema": '"int"'},
        "schemas/ids/3": {"schema": "{"},
    }
    monkeypatch.setattr(AvroReader, "_fetch", lambda _, path: answers[path])
    reader = AvroReader("http://127.0.0.1:1")
    assert reader.read(b"\0\0\0\0\1" + b"\2xab") == {"id": "x", "paid": b"ab"}
    for number in (2, 3):
        framed = b"\0\0\0\0" + bytes([number]) + b"\2"
        assert of(AVRO, b"a", framed) == ("a", NO_ROW, None, None)


def test_a_contract_without_a_column_is_not_compared() -> None:
    assert plan([Field("a", "string")], {"a": Kind.TEXT, "b": Kind.TEXT}) is None
    assert plan([Field("a", "string")], {"a": Kind.NUMBER}) is None


def test_records_that_were_skipped_are_counted() -> None:
    hop = Hop("t", "t -> s", "keys")
    begins, ends = (
        {("t", 0): 30, ("t", 1): 0, ("t", 2): 0},
        {("t", 0): 50, ("t", 1): 5, ("t", 2): 7},
    )
    offsets = Offsets("sink", begins, ends, {("t", 0): 10, ("t", 1): 9})
    offsets.report(hop)
    [expired] = hop.differences
    assert (expired.count, expired.examples) == (20, ("t/0: 20",))
    beyond, unknown = hop.notes
    assert beyond.startswith("sink is 4 offsets beyond the end of t/1: the topic was created again")
    assert unknown.startswith("sink has no offset for t/2: all its 7 records")
    assert offsets.handled == {("t", 0): 10, ("t", 1): 0, ("t", 2): 0}


def test_a_group_without_offsets_is_said() -> None:
    hop = Hop("t", "t -> s", "keys")
    Offsets("sink", {("t", 0): 2}, {("t", 0): 5}, {}).report(hop)
    [said] = hop.notes
    assert said.startswith("the group sink has no offsets, because it is new or was deleted: all 3")
