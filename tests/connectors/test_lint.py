"""Lint names every mistake with file, line and the way out, and needs no worker for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.registrar.cli import main
from connectors.registrar.definition import load_definition
from connectors.registrar.lint import rules
from connectors.registrar.lint.linter import lint_definitions
from connectors.registrar.lint.listing import Listings
from connectors.registrar.records.reader import APICURIO, CONFLUENT
from connectors.registrar.rest import Connect
from connectors.registrar.secrets import masked
from tests.connectors.conftest import FakeConnect

Write = Callable[[str, str], Path]
CONNECTORS = Path(__file__).resolve().parent.parent.parent / "connectors"

GOOD = f"""\
defaults: {CONNECTORS}/defaults/postgres_sink.yml
config:
  topics: orders
  tasks.max: 1
  collection.name.format: public.orders
  errors.deadletterqueue.topic.name: orders.dlq
  transforms: key
  transforms.key.type: org.apache.kafka.connect.transforms.ValueToKey
  transforms.key.fields: id
  primary.key.mode: record_key
  primary.key.fields: id
  key.converter: org.apache.kafka.connect.storage.StringConverter
  value.converter: pipeline.connect.StrictJsonConverter
  value.converter.schema.content: >-
    {{"type":"struct","fields":[{{"field":"id","type":"string"}}]}}
"""

URL = "jdbc:postgresql://h/d?logServerErrorDetail=false"


@pytest.fixture(autouse=True)
def json_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's defaults have a variant for each format."""
    monkeypatch.setenv("STREAM_FORMAT", "json")


def findings(file: Path) -> list[str]:
    return [
        str(finding)
        for finding in lint_definitions([load_definition(file)], Listings(CONNECTORS / "plugins"))
    ]


def test_a_good_file_passes(write: Write) -> None:
    assert findings(write("orders.yml", GOOD)) == []


JSON = "org.apache.kafka.connect.json.JsonConverter"
REPLACE = "org.apache.kafka.connect.transforms.ReplaceField$Value"
AT_ITS_LINE = [
    ("batch.siz: 5", "unknown setting of IsolatingJdbcSinkConnector: did you mean batch.size?"),
    ("batch.size: abc", "'abc' is not a whole number"),
    ("batch.size: -1", "-1 is out of range: 1 to 100000"),
    ("insert.mode: upsrt", "'upsrt' is not one of insert, upsert, update, did you mean upsert"),
    ("delete.enabled: maybe", "'maybe' is not true or false"),
    ("delete.enabled: true", "a tombstone has no value to make a key of"),
    ("connection.url: nonsense", "is not a JDBC URL"),
    ("connection.url: jdbc:postgresql://h/d", "holds the rows' values"),
    (f"connection.url: {URL}&password=x", "a password inside a URL"),
    (f"connection.url: {URL}", "more digits than numeric holds as 0"),
    ("connection.password: hunter2", "a secret in plain text"),
    (f"connection.url: {URL}&pwd=x", "a password inside a URL"),
    ("consumer.override.ssl.keystore.key: x", "a secret in plain text"),
    ("consumer.override.auto.offset.reset: earliestt", "did you mean earliest?"),
    ("consumer.override.auto.offset.reset: latest", "skips what is in the topic"),
    ("consumer.override.isolation.level: read_commitd", "did you mean read_committed?"),
    ("transforms.key.fields: nope", "nope is not in the schema (id)"),
    ('value.converter.schema.content: \'{"type":"struct"}\'', "needs a list of fields"),
    ("dialect.postgres.unnest.insert.enabled: true", "cuts Connect timestamps"),
    ("errors.deadletterqueue.topic.name: orders", "dead letters would be read again"),
    ("primary.key.mode: record_value", "drops tombstones without a trace"),
    ("primary.key.fields: di", "di is not in the schema (id)"),
    ("transforms.kye.type: x", "no such name in transforms (listed there: key)"),
    ("transforms.key.feilds: id", "did you mean transforms.key.fields?"),
    ("consumer.override.max.pol.records: 5", "consumer.override.max.poll.records?"),
    ("consumer.override.heartbeat.interval.ms: 5000", "more than a third"),
    ('value.converter.schema.content: \'{"type":"bogus"}\'', "'bogus' is not a Connect type"),
    ("value.converter.schema.content: '{'", "is not JSON"),
    (f"value.converter: {JSON}\n  value.converter.decimal.format: hex", "into 0, null or other"),
    (f"value.converter: {APICURIO}", "knows no contract"),
    (f"value.converter: {CONFLUENT}", "StrictAvroConverter does not"),
    (f"connector.class: {rules.JDBC_SINK}", "stops at every record that the database refuses"),
    ("connection.password: a${env:X}", "a secret in plain text"),
    ("tasks.max: ${env:CONNECT_SINK_PASSWORD}", "is a secret, and this setting is shown"),
    ("connection.username: ${file:/a/b:db.password}", "is a secret, and this setting is shown"),
    ("primary.key.fields: id,other", "transforms.key.fields makes the key of id"),
    ("topics: orders,others", "would be read by one contract"),
    ("field.exclude.list: orders:id", "drops id, which the contract"),
    ("field.include.list: other", "drops id, which the contract"),
    ("use.reduction.buffer: true", "unknown setting of IsolatingJdbcSinkConnector"),
    ("isolation.max.consecutive.refusals: -1", "-1 is out of range: 0 to 2147483647"),
    ("topics.regex: o.*", "Connect takes one of the two"),
    ("connector.class: com.example.Sink", "no list of the settings of com.example.Sink"),
]
# What is missing or wrong, and the key whose line says so.
AT_ANOTHER_KEY = [
    (
        f"connector.class: {rules.JDBC_SINK}\n  use.reduction.buffer: false",
        "connection.url",
        "the first batch that has a key twice",
    ),
    (
        f"connection.url: {URL}&reWriteBatchedInserts=TRUE\n  connector.class: {rules.JDBC_SINK}",
        "connection.url",
        "the first batch that has a key twice",
    ),
    ("errors.deadletterqueue.topic.name: null", "errors.tolerance", "drops what cannot be"),
    ("errors.tolerance: none", "errors.deadletterqueue.topic.name", "nothing is ever sent there"),
    (
        "errors.deadletterqueue.context.headers.enable: false",
        "errors.deadletterqueue.topic.name",
        "dead letters will not say why",
    ),
    (
        f"value.converter: {JSON}\n  value.converter.schemas.enable: false",
        "value.converter.schemas.enable",
        "gives the sink no fields",
    ),
    (
        f"value.converter: {JSON}\n  value.converter.decimal.format: hex",
        "value.converter.decimal.format",
        "is not one of base64, numeric",
    ),
    (
        "transforms: key,few\n  transforms.few.type: org.apache.kafka.connect.transforms.Filter",
        "transforms.few.type",
        "drops every record",
    ),
    (
        f"transforms: key,few\n  transforms.few.type: {REPLACE}\n  transforms.few.exclude: id",
        "transforms.few.exclude",
        "drops id, which the contract",
    ),
    ("primary.key.mode: none", "insert.mode", "upsert needs primary.key.mode"),
    ("transforms: null", "primary.key.mode", "ClassCastException"),
    ("consumer.override.max.poll.records: 100", "batch.size", "2000 is never reached"),
    ("connection.username: null", "connection.username", "is required, and not set"),
]


STRICT = GOOD.replace(
    "StrictJsonConverter\n", "StrictJsonConverter\n  value.converter.unknown.fields: ignore\n"
)


def test_the_strict_converter_knows_its_words(write: Write) -> None:
    assert findings(write("orders.yml", STRICT)) == []
    (told,) = findings(write("orders.yml", STRICT.replace("ignore", "drop")))
    assert "value.converter.unknown.fields: 'drop' is not one of fail, ignore" in told
    (told,) = findings(write("orders.yml", STRICT.partition("  value.converter.schema.content")[0]))
    assert "value.converter.schema.content: is required, and not set" in told


def with_line(write: Write, line: str) -> Path:
    """The good file with this setting in line 3, instead of its own."""
    key = line.partition(":")[0]
    kept = [text for text in GOOD.splitlines() if not text.startswith(f"  {key}:")]
    if key == "value.converter.schema.content":
        kept.pop()
    return write("orders.yml", "\n".join([*kept[:2], f"  {line}", *kept[2:]]) + "\n")


@pytest.mark.parametrize(("line", "message"), AT_ITS_LINE)
def test_a_mistake_is_found_at_its_line(write: Write, line: str, message: str) -> None:
    found = findings(with_line(write, line))
    assert any("orders.yml:3: " in text and message in text for text in found), found


@pytest.mark.parametrize(("line", "key", "message"), AT_ANOTHER_KEY)
def test_a_dangerous_combination_is_found(write: Write, line: str, key: str, message: str) -> None:
    found = findings(with_line(write, line))
    assert any(f": {key}: " in text and message in text for text in found), found


def test_two_files_cannot_write_one_table(write: Write) -> None:
    files = [write("a.yml", GOOD), write("b.yml", GOOD.replace("topics: orders", "topics: more"))]
    listings = Listings(CONNECTORS / "plugins")
    (told,) = lint_definitions([load_definition(file) for file in files], listings)
    assert "public.orders is the table of a.yml too" in str(told)


def test_all_mistakes_of_all_files_come_at_once(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("a.yml", GOOD.replace("tasks.max: 1", "tasks.max: 0"))
    other = GOOD.replace("public.orders", "public.others")
    folder = write("b.yml", other.replace("tasks.max", "task.max")).parent
    (folder / "plugins").symlink_to(CONNECTORS / "plugins")
    assert main(["lint", "--offline"], folder, folder) == 1
    out = capsys.readouterr().out
    assert "a.yml:4: error: tasks.max: 0 is out of range" in out
    assert "b.yml:4: error: task.max: unknown setting" in out
    assert "2 files, 2 errors, 0 warnings" in out


def test_a_file_that_is_no_connector_hides_nothing_of_the_others(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("a.yml", GOOD.replace("config:", "cofnig:"))
    folder = write("b.yml", GOOD.replace("tasks.max", "task.max")).parent
    (folder / "plugins").symlink_to(CONNECTORS / "plugins")
    assert main(["lint", "--offline", "--json"], folder, folder) == 1
    found = {(Path(f["place"]).name, f["key"]) for f in json.loads(capsys.readouterr().out)}
    assert {("a.yml:2", ""), ("b.yml:4", "task.max")} <= found


def test_a_mistake_in_a_file_keeps_nobody_from_asking_connect(
    write: Write, fake_connect: FakeConnect
) -> None:
    file = write("orders.yml", GOOD.replace("tasks.max: 1", "tasks.max: 0"))
    errors = [{"value": {"name": n, "errors": [f"bad {n}"]}} for n in ("tasks.max", "topics")]
    call = f"PUT /connector-plugins/{rules.ISOLATING_SINK}/config/validate"
    fake_connect.answers[call] = (200, {"configs": errors})
    listings = Listings(CONNECTORS / "plugins")
    found = [
        str(f)
        for f in lint_definitions([load_definition(file)], listings, Connect(fake_connect.url))
    ]
    assert sum("tasks.max" in text for text in found) == 1
    assert any("topics: Connect: bad topics" in text for text in found)


def test_a_plugin_of_the_same_simple_name_has_settings_of_its_own(
    write: Write, fake_connect: FakeConnect
) -> None:
    aiven, path = "io.aiven.connect.jdbc.JdbcSinkConnector", "GET /connector-plugins/{}/config"
    keys = [{"name": "connector.class", "type": "STRING"}, {"name": "pk.mode", "type": "STRING"}]
    fake_connect.answers[path.format(aiven)] = (200, keys)
    folder = write("plugins/x", "").parent
    for name in ("JdbcSinkConnector.json", "additions.yml"):
        (folder / name).write_text((CONNECTORS / "plugins" / name).read_text())
    listings = Listings(folder, Connect(fake_connect.url))
    assert "pk.mode" in listings.plugin(aiven).keys
    assert listings.refresh(aiven).name == f"{aiven}.json"
    assert "pk.mode" in Listings(folder).plugin(aiven).keys
    assert "batch.size" in Listings(folder).plugin(rules.JDBC_SINK).keys
    # It reads no topics, so it is a source.
    assert Listings(folder).plugin(aiven).knows("topic.creation.default.partitions")


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("basic.auth.user.info", "kim:s3cret", "********"),
        ("ssl.keystore.key", "x", "********"),
        ("any", "-----BEGIN PRIVATE KEY-----x", "********"),
        ("url", "jdbc:x?pwd=abc&a=b", "jdbc:x?pwd=********&a=b"),
        ("url", "https://kim:abc@h", "https://kim:********@h"),
        ("connection.password", "${env:X}", "${env:X}"),
        ("value.converter.basic.auth.credentials.source", "USER_INFO", "USER_INFO"),
    ],
)
def test_what_is_a_secret_and_what_only_sounds_like_one(key: str, value: str, shown: str) -> None:
    assert masked(key, value) == shown


@pytest.mark.parametrize("stream_format", ["json", "avro"])
def test_our_own_connectors_pass_without_a_worker(
    stream_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREAM_FORMAT", stream_format)
    for file in CONNECTORS.glob("*.yml"):
        assert findings(file) == []
