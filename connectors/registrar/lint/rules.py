"""Combinations that are legal and lose, corrupt or expose data.

Each was met on a real worker (Connect 4.3.1, Debezium JDBC sink 3.6.0, pgjdbc 42.7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

from connectors.registrar import secrets as secret
from connectors.registrar.definition import Definition
from connectors.registrar.lint.finding import Finding, error, warning
from connectors.registrar.lists import listed, split
from connectors.registrar.placeholders import has_placeholder

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


def check(definition: Definition) -> Iterator[Finding]:
    """Every rule that applies to the connector."""
    rules = [*COMMON, *(JDBC if is_jdbc_sink(definition) else ())]
    for rule in rules:
        yield from rule(definition)


def is_jdbc_sink(definition: Definition) -> bool:
    """Whether it is Debezium's JDBC sink, behind our plugin or by itself."""
    return definition.config.get("connector.class") in (JDBC_SINK, ISOLATING_SINK)


def _is(definition: Definition, key: str, word: str, default: str = "") -> bool:
    return definition.config.get(key, default).lower() == word


def secrets(d: Definition) -> Iterator[Finding]:
    for key, value in d.config.items():
        if secret.is_secret(key) and value and not has_placeholder(value):
            yield error(d, key, secret.PLAIN_SECRET)
        elif secret.in_url(value):
            yield error(d, key, "a password inside a URL: use the connector's own key for it")


def dead_letters(d: Definition) -> Iterator[Finding]:
    topic = d.config.get("errors.deadletterqueue.topic.name", "")
    tolerant = _is(d, "errors.tolerance", "all")
    if tolerant and not topic and ("topics" in d.config or "topics.regex" in d.config):
        yield error(
            d,
            "errors.tolerance",
            "all without errors.deadletterqueue.topic.name drops what cannot be converted",
        )
    if topic and not tolerant:
        yield error(
            d,
            "errors.deadletterqueue.topic.name",
            "nothing is ever sent there: errors.tolerance is not all",
        )
    if topic and not _is(d, "errors.deadletterqueue.context.headers.enable", "true"):
        yield error(
            d,
            "errors.deadletterqueue.topic.name",
            "letters will not say why they are there: set "
            "errors.deadletterqueue.context.headers.enable=true",
        )
    if topic and topic in listed(d.config, "topics"):
        yield error(
            d, "errors.deadletterqueue.topic.name", f"{topic} is also read: letters go in circles"
        )


def topics(d: Definition) -> Iterator[Finding]:
    both = [key for key in ("topics", "topics.regex") if d.config.get(key)]
    if len(both) == 2:
        yield error(d, "topics.regex", "set beside topics: Connect takes one of the two")


def first_read(d: Definition) -> Iterator[Finding]:
    key = "consumer.override.auto.offset.reset"
    reset = d.config.get(key, "").lower()
    if reset == "latest" or reset.startswith("by_duration"):
        yield error(
            d,
            key,
            f"{reset} skips what is in the topic before the first commit, also after the offsets "
            f"are lost: leave earliest, and skip once with register.py rewind --to",
        )


def timeouts(d: Definition) -> Iterator[Finding]:
    session = d.config.get("consumer.override.session.timeout.ms", "45000")
    heartbeat = d.config.get("consumer.override.heartbeat.interval.ms", "3000")
    if session.isdigit() and heartbeat.isdigit() and int(heartbeat) * 3 > int(session):
        yield error(
            d,
            "consumer.override.heartbeat.interval.ms",
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
        yield error(
            d,
            "connection.url",
            "reWriteBatchedInserts without use.reduction.buffer=true: the task stops at the first "
            "batch that has a key twice",
        )


def unnest(d: Definition) -> Iterator[Finding]:
    if _is(d, "dialect.postgres.unnest.insert.enabled", "true"):
        yield error(
            d,
            "dialect.postgres.unnest.insert.enabled",
            "cuts Connect timestamps to whole seconds without a word",
        )


def keys(d: Definition) -> Iterator[Finding]:
    mode = d.config.get("primary.key.mode", "none").lower()
    if _is(d, "insert.mode", "upsert") and mode == "none":
        yield error(d, "insert.mode", "upsert needs primary.key.mode and primary.key.fields")
    if mode == "record_value" and not d.config.get("primary.key.fields"):
        yield error(d, "primary.key.mode", "record_value needs primary.key.fields")
    if mode == "record_value":
        yield warning(
            d,
            "primary.key.mode",
            "record_value drops tombstones without a trace: take the key from the value by a "
            "transform (ValueToKey) and use record_key, so that they reach the dead-letter topic",
        )
    if mode == "record_key" and _primitive_key(d):
        yield error(
            d,
            "primary.key.mode",
            f"record_key needs a key with fields, and {d.config['key.converter']} gives none: the "
            f"task stops with a ClassCastException. Add a ValueToKey or HoistField$Key transform",
        )
    if _is(d, "delete.enabled", "true") and mode != "record_key":
        yield error(d, "delete.enabled", "needs primary.key.mode=record_key")


def _primitive_key(d: Definition) -> bool:
    types = {
        d.config.get(f"transforms.{alias}.type", "") for alias in listed(d.config, "transforms")
    }
    made = types & {f"{TRANSFORMS}.ValueToKey", f"{TRANSFORMS}.HoistField$Key"}
    return d.config.get("key.converter", "").startswith(PRIMITIVE) and not made


def insert_mode(d: Definition) -> Iterator[Finding]:
    if _is(d, "insert.mode", "insert", default="insert"):
        yield warning(
            d, "insert.mode", "insert writes a record twice when it is delivered twice: use upsert"
        )


def traces(d: Definition) -> Iterator[Finding]:
    url = d.config.get("connection.url", "")
    if not url.startswith("jdbc:"):
        yield error(d, "connection.url", "is not a JDBC URL: jdbc:postgresql://HOST:PORT/DATABASE")
    detail = _url_parameters(d).get("logServerErrorDetail", "").lower()
    if url.startswith("jdbc:postgresql:") and detail != "false":
        yield error(
            d,
            "connection.url",
            "without logServerErrorDetail=false an error's trace holds the rows' values, and "
            "past 1 MB Connect cannot store it: a dead task goes on saying RUNNING",
        )


def binary_decimals(d: Definition) -> Iterator[Finding]:
    parameters = _url_parameters(d)
    left_out = split(parameters.get("binaryTransferDisable", "").upper())
    if (
        d.config.get("connection.url", "").startswith("jdbc:postgresql:")
        and parameters.get("binaryTransfer", "").lower() != "false"
        and not {"NUMERIC", "1700"} & {*left_out}
    ):
        yield warning(
            d,
            "connection.url",
            "the driver writes a decimal of more digits than numeric holds as 0, without a word: "
            "add binaryTransferDisable=NUMERIC, and Postgres refuses it",
        )


def batches(d: Definition) -> Iterator[Finding]:
    batch = d.config.get("batch.size", "500")
    polled = d.config.get("consumer.override.max.poll.records", "500")
    if batch.isdigit() and polled.isdigit() and int(batch) > int(polled):
        yield warning(
            d,
            "batch.size",
            f"{batch} is never reached: a poll brings {polled} records "
            f"(consumer.override.max.poll.records)",
        )


def structs(d: Definition) -> Iterator[Finding]:
    if not d.config.get("value.converter", "").endswith("JsonConverter"):
        return
    if _is(d, "value.converter.schemas.enable", "false"):
        yield error(
            d,
            "value.converter.schemas.enable",
            "false gives the sink no fields: set true, and value.converter.schema.content",
        )


def _url_parameters(d: Definition) -> dict[str, str]:
    query = d.config.get("connection.url", "").partition("?")[2]
    return dict(parse_qsl(query, keep_blank_values=True))


COMMON: tuple[Rule, ...] = (secrets, dead_letters, topics, first_read, timeouts)
JDBC: tuple[Rule, ...] = (
    multi_row_inserts,
    unnest,
    keys,
    insert_mode,
    traces,
    binary_decimals,
    batches,
    structs,
)
