"""Combinations that are legal and lose, corrupt or expose data.

Each was met on a real worker (Connect 4.3.1, Debezium JDBC sink 3.6.0, pgjdbc 42.7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

from connectors.registrar.config_values import listed, split
from connectors.registrar.definition import Definition
from connectors.registrar.findings import Finding
from connectors.registrar.lint import losses
from connectors.registrar.secrets import (
    PLAIN_SECRET,
    has_plain_secret,
    is_secret,
    is_secret_in_url,
    shown_secret,
)

Rule = Callable[[Definition], Iterator[Finding]]

JDBC_SINK = "io.debezium.connector.jdbc.JdbcSinkConnector"
# The same sink behind connectors/plugin: it takes a key that comes twice in a batch by itself.
ISOLATING_SINK = "pipeline.connect.IsolatingJdbcSinkConnector"
TRANSFORMS = "org.apache.kafka.connect.transforms"
# Converters whose result has no fields.
PRIMITIVE = (
    "org.apache.kafka.connect.storage.StringConverter",
    "org.apache.kafka.connect.converters.",
)
URL = "connection.url"
DEAD_LETTERS = "errors.deadletterqueue.topic.name"
HEADERS = "errors.deadletterqueue.context.headers.enable"
KEY_MODE = "primary.key.mode"
HEARTBEAT = "consumer.override.heartbeat.interval.ms"
POLL_RECORDS = "consumer.override.max.poll.records"
SCHEMAS = "value.converter.schemas.enable"
UNNEST = "dialect.postgres.unnest.insert.enabled"


def check_rules(definition: Definition) -> Iterator[Finding]:
    """Every rule that applies to the connector."""
    rules = [*COMMON, *(JDBC if is_jdbc_sink(definition) else ())]
    for rule in rules:
        yield from rule(definition)


def is_jdbc_sink(definition: Definition) -> bool:
    """Whether it is Debezium's JDBC sink, behind our plugin or by itself."""
    return definition.config.get("connector.class") in (JDBC_SINK, ISOLATING_SINK)


def _is(definition: Definition, key: str, word: str, default: str = "") -> bool:
    return definition.config.get(key, default).lower() == word


def plain_secrets(d: Definition) -> Iterator[Finding]:
    for key, value in d.config.items():
        if is_secret(key) and has_plain_secret(key, value):
            yield d.error(key, PLAIN_SECRET)
        elif is_secret_in_url(value):
            yield d.error(key, "a password inside a URL: use the connector's own key for it")
        elif name := shown_secret(key, value):
            yield d.error(key, f"{name} is a secret, and this setting is shown in errors and logs")


def dead_letters(d: Definition) -> Iterator[Finding]:
    topic, tolerant = d.config.get(DEAD_LETTERS, ""), _is(d, "errors.tolerance", "all")
    if tolerant and not topic and ("topics" in d.config or "topics.regex" in d.config):
        yield d.error(
            "errors.tolerance", f"all without {DEAD_LETTERS} drops what cannot be converted"
        )
    if topic and not tolerant:
        yield d.error(DEAD_LETTERS, "nothing is ever sent there: errors.tolerance is not all")
    if topic and not _is(d, HEADERS, "true"):
        yield d.error(DEAD_LETTERS, f"dead letters will not say why: set {HEADERS}=true")
    if topic and topic in listed(d.config, "topics"):
        text = f"{topic} is also an input topic: dead letters would be read again"
        yield d.error(DEAD_LETTERS, text)


def input_topics(d: Definition) -> Iterator[Finding]:
    if d.config.get("topics") and d.config.get("topics.regex"):
        yield d.error("topics.regex", "set besides topics: Connect takes one of the two")


def first_read(d: Definition) -> Iterator[Finding]:
    key = "consumer.override.auto.offset.reset"
    reset = d.config.get(key, "").lower()
    if reset == "latest" or reset.startswith("by_duration"):
        yield d.error(
            key,
            f"{reset} skips what is in the topic before the first commit, also after the offsets "
            f"are lost: leave earliest, and skip once with register.py rewind --to",
        )


def timeouts(d: Definition) -> Iterator[Finding]:
    session = d.config.get("consumer.override.session.timeout.ms", "45000")
    heartbeat = d.config.get(HEARTBEAT, "3000")
    if session.isdecimal() and heartbeat.isdecimal() and int(heartbeat) * 3 > int(session):
        yield d.error(
            HEARTBEAT,
            f"{heartbeat} is more than a third of the session timeout ({session}): one lost "
            f"heartbeat would end the task's membership",
        )


def multi_row_inserts(d: Definition) -> Iterator[Finding]:
    if d.config.get("connector.class") != JDBC_SINK:
        return
    # The driver takes the bare name for true.
    rewrites = _url_parameters(d).get("reWriteBatchedInserts", "false").lower() in ("true", "")
    reduced = _is(d, "use.reduction.buffer", "true")
    if rewrites and _is(d, "insert.mode", "upsert") and not reduced:
        yield d.error(
            URL,
            "reWriteBatchedInserts without use.reduction.buffer=true: the task stops at the first "
            "batch that has a key twice",
        )


def unnest(d: Definition) -> Iterator[Finding]:
    if _is(d, UNNEST, "true"):
        yield d.error(UNNEST, "cuts Connect timestamps to whole seconds without a word")


def row_keys(d: Definition) -> Iterator[Finding]:
    mode = d.config.get(KEY_MODE, "none").lower()
    if _is(d, "insert.mode", "upsert") and mode == "none":
        yield d.error("insert.mode", "upsert needs primary.key.mode and primary.key.fields")
    if mode == "record_value" and not d.config.get("primary.key.fields"):
        yield d.error(KEY_MODE, "record_value needs primary.key.fields")
    if mode == "record_value":
        yield d.warning(
            KEY_MODE,
            "record_value drops tombstones without a trace: take the key from the value by a "
            "transform (ValueToKey) and use record_key, so that they reach the dead-letter topic",
        )
    if mode == "record_key" and _primitive_key(d):
        yield d.error(
            KEY_MODE,
            f"record_key needs a key with fields, and {d.config['key.converter']} gives none: the "
            f"task stops with a ClassCastException. Add a ValueToKey or HoistField$Key transform",
        )
    if _is(d, "delete.enabled", "true") and mode != "record_key":
        yield d.error("delete.enabled", "needs primary.key.mode=record_key")
    if _is(d, "delete.enabled", "true") and f"{TRANSFORMS}.ValueToKey" in _transform_types(d):
        yield d.error(
            "delete.enabled",
            "deletes nothing behind a ValueToKey transform: a tombstone has no value to make a key "
            "of, and becomes a dead letter. Take the message's key (HoistField$Key)",
        )


def _primitive_key(d: Definition) -> bool:
    with_fields = {f"{TRANSFORMS}.ValueToKey", f"{TRANSFORMS}.HoistField$Key"}
    is_primitive = d.config.get("key.converter", "").startswith(PRIMITIVE)
    return is_primitive and not with_fields & _transform_types(d)


def _transform_types(d: Definition) -> set[str]:
    return {d.config.get(f"transforms.{a}.type", "") for a in listed(d.config, "transforms")}


def insert_mode(d: Definition) -> Iterator[Finding]:
    if _is(d, "insert.mode", "insert", default="insert"):
        text = "insert writes a record twice when it is delivered twice: use upsert"
        yield d.warning("insert.mode", text)


def error_details(d: Definition) -> Iterator[Finding]:
    url = d.config.get(URL, "")
    if not url.startswith("jdbc:"):
        yield d.error(URL, "is not a JDBC URL: jdbc:postgresql://HOST:PORT/DATABASE")
    detail = _url_parameters(d).get("logServerErrorDetail", "").lower()
    if url.startswith("jdbc:postgresql:") and detail != "false":
        yield d.error(
            URL,
            "without logServerErrorDetail=false an error's trace holds the rows' values, and "
            "past 1 MB Connect cannot store it: a dead task goes on saying RUNNING",
        )


def binary_decimals(d: Definition) -> Iterator[Finding]:
    parameters = _url_parameters(d)
    left_out = split(parameters.get("binaryTransferDisable", "").upper())
    if (
        d.config.get(URL, "").startswith("jdbc:postgresql:")
        and parameters.get("binaryTransfer", "").lower() != "false"
        and not {"NUMERIC", "1700"} & {*left_out}
    ):
        yield d.warning(
            URL,
            "the driver writes a decimal of more digits than numeric holds as 0, without a word: "
            "add binaryTransferDisable=NUMERIC, and Postgres refuses it",
        )


def batch_sizes(d: Definition) -> Iterator[Finding]:
    batch, polled = d.config.get("batch.size", "500"), d.config.get(POLL_RECORDS, "500")
    if batch.isdecimal() and polled.isdecimal() and int(batch) > int(polled):
        text = f"{batch} is never reached: a poll brings {polled} records ({POLL_RECORDS})"
        yield d.warning("batch.size", text)


def json_schemas(d: Definition) -> Iterator[Finding]:
    is_json = d.config.get("value.converter", "").endswith("JsonConverter")
    if is_json and _is(d, SCHEMAS, "false"):
        text = "false gives the sink no fields: set true, and value.converter.schema.content"
        yield d.error(SCHEMAS, text)


def stopping_sink(d: Definition) -> Iterator[Finding]:
    if d.config.get("connector.class") == JDBC_SINK:
        yield d.warning(
            "connector.class",
            f"stops at every record that the database refuses, until a person skips it: "
            f"{ISOLATING_SINK} makes it a dead letter and goes on",
        )


def _url_parameters(d: Definition) -> dict[str, str]:
    query = d.config.get(URL, "").partition("?")[2]
    return dict(parse_qsl(query, keep_blank_values=True))


COMMON: tuple[Rule, ...] = (
    plain_secrets,
    dead_letters,
    input_topics,
    first_read,
    timeouts,
    losses.filters,
    losses.coercing_converter,
)
JDBC: tuple[Rule, ...] = (
    multi_row_inserts,
    unnest,
    row_keys,
    insert_mode,
    error_details,
    binary_decimals,
    batch_sizes,
    json_schemas,
    stopping_sink,
    losses.dropped_fields,
    losses.key_of_another_field,
    losses.one_contract,
)
