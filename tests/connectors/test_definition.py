"""A connector's YAML says everything once, and every mistake in it is named with its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.registrar.definition import load_definition
from connectors.registrar.errors import RegistrarError

Write = Callable[[str, str], Path]
CONNECTORS = Path(__file__).resolve().parent.parent.parent / "connectors"


def test_defaults_are_overridden_key_by_key_and_null_drops_one(write: Write) -> None:
    write("shared/sink.yml", "config:\n  a: 1\n  b: 2\n  c: 3\n")
    file = write("orders.yml", "defaults: shared/sink.yml\nconfig:\n  b: 20\n  c: null\n")
    assert load_definition(file).config == {"a": "1", "b": "20"}


def test_values_reach_connect_as_they_are_written(write: Write) -> None:
    file = write("x.yml", "config:\n  a: yes\n  b: 0010\n  c: [p, q]\n  d: ${env:SECRET}\n")
    assert load_definition(file).config == {
        "a": "yes",
        "b": "0010",
        "c": "p,q",
        "d": "${env:SECRET}",
    }


def test_the_environment_picks_a_variant(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(
        "x.yml", "config: {a: 1}\nvariants:\n  FORMAT:\n    json: {b: 2}\n    avro: {b: 3}\n"
    )
    monkeypatch.setenv("FORMAT", "avro")
    assert load_definition(file).config == {"a": "1", "b": "3"}
    monkeypatch.setenv("FORMAT", "xml")
    with pytest.raises(RegistrarError, match=r"x.yml:3: FORMAT is 'xml'.* json, avro"):
        load_definition(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config:\n  a: 1\n  a: 2\n", r"x\.yml:3: a is set in line 2 already"),
        ("configs:\n  a: 1\n", r"x\.yml:1: unknown section 'configs'"),
        ("config:\n  a: {b: 1}\n", r"x\.yml:2: a must be a value or a list"),
        ("config:\n  a: !shell x\n", r"x\.yml:2: unknown tag !shell"),
        ("config:\n  - a\n", r"x\.yml:2: config must be a mapping"),
        ("config:\n  a: 'b\n", r"x\.yml:\d: not YAML"),
        ("topics:\n  t: {partitions: 0}\n", r"x\.yml:2: partitions is '0'"),
        ("topics:\n  t: {partition: 3}\n", r"x\.yml:2: unknown option 'partition' of topic t"),
        ("config:\n  a: !connect-schema no.avsc\n", r"no\.avsc: cannot be read"),
        ("defaults: x.yml\n", r"leads back to itself"),
        ("config:\n  ? [a]\n  : b\n", r"x\.yml:2: a key of config must be a word"),
        ("config:\n  a: \udcff\n", r"x\.yml:2: not UTF-8"),
        ("config:\n  a: \x07\n", r"x\.yml:2: not YAML: character 0x07"),
        ("cofnig:\n  a: 1\ntopics:\n  t: {partitions: x}\n", r"cofnig[^\0]*x\.yml:4: partitions"),
    ],
)
def test_a_mistake_is_named_with_its_line(write: Write, text: str, message: str) -> None:
    with pytest.raises(RegistrarError, match=message):
        load_definition(write("x.yml", text))


def test_the_schema_of_json_messages_comes_from_the_avro_contract(write: Write) -> None:
    write(
        "order.avsc",
        json.dumps(
            {
                "type": "record",
                "name": "Order",
                "namespace": "shop",
                "fields": [
                    {"name": "id", "type": "string"},
                    {
                        "name": "total",
                        "type": {
                            "type": "bytes",
                            "logicalType": "decimal",
                            "precision": 9,
                            "scale": 3,
                        },
                    },
                    {"name": "note", "type": ["null", "string"]},
                    {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                ],
            }
        ),
    )
    file = write("x.yml", "config:\n  content: !connect-schema order.avsc\n")
    schema = json.loads(load_definition(file).config["content"])
    assert schema["type"] == "struct"
    assert "name" not in schema, "the sink would match a pattern against it for each record"
    assert schema["fields"] == [
        {"field": "id", "type": "string", "optional": False},
        {
            "field": "total",
            "type": "bytes",
            "name": "org.apache.kafka.connect.data.Decimal",
            "version": 1,
            "parameters": {"scale": "3", "connect.decimal.precision": "9"},
            "optional": False,
        },
        {"field": "note", "type": "string", "optional": True},
        {
            "field": "at",
            "type": "string",
            "name": "io.debezium.time.ZonedTimestamp",
            "optional": False,
        },
    ]


def test_a_type_without_an_agreed_encoding_is_refused_not_guessed(write: Write) -> None:
    field = {"name": "x", "type": {"type": "int", "logicalType": "time-millis"}}
    write("a.avsc", json.dumps({"type": "record", "name": "A", "fields": [field]}))
    file = write("x.yml", "config:\n  content: !connect-schema a.avsc\n")
    with pytest.raises(RegistrarError, match=r"a\.avsc: field x: logical type time-millis"):
        load_definition(file)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "record", "name": "A"}, "'fields' is missing"),
        ({"type": "record", "name": "A", "fields": [{"name": "x"}]}, "'type' is missing"),
        ({"type": "record", "name": "A", "fields": ["x"]}, "not an Avro schema"),
    ],
)
def test_what_is_no_avro_schema_is_refused_in_words(
    write: Write, schema: object, message: str
) -> None:
    write("a.avsc", json.dumps(schema))
    file = write("x.yml", "config:\n  content: !connect-schema a.avsc\n")
    with pytest.raises(RegistrarError, match=rf"x\.yml:2: .*a\.avsc: .*{message}"):
        load_definition(file)


@pytest.mark.parametrize("file", sorted(CONNECTORS.glob("*.yml")), ids=lambda f: f.stem)
@pytest.mark.parametrize("stream_format", ["json", "avro"])
def test_our_own_connectors_have_no_secret_in_them(
    file: Path, stream_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREAM_FORMAT", stream_format)
    assert load_definition(file).config["connection.password"] == "${env:CONNECT_SINK_PASSWORD}"
