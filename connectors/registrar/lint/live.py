"""What only the running parts know: topics, tables and columns, Connect's own check."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

import psycopg

from connectors.registrar.database import from_config, identifier, schema_and_table
from connectors.registrar.definition import Definition, Topic
from connectors.registrar.errors import RegistrarError
from connectors.registrar.findings import Finding
from connectors.registrar.kafka import Kafka
from connectors.registrar.lag import topics_of
from connectors.registrar.lint.rules import is_jdbc_sink
from connectors.registrar.rest import Connect

# A mistake in one of these hides the table.
TABLE_KEYS = {"connection.url", "value.converter.schema.content"}
COLUMNS = """
select column_name from information_schema.columns
where table_schema = %s and table_name = %s
"""


def check_live(
    definition: Definition, known: Collection[str], connect: Connect, kafka: Kafka | None
) -> Iterator[Finding]:
    """Ask each part that can be asked; that one does not answer is a finding as well.

    Args:
        known: keys whose mistake the file itself shows: Connect would only repeat it.
    """
    yield from _unless_away(definition, "connector.class", _connect(definition, known, connect))
    if kafka:
        yield from _unless_away(definition, "topics", _topics(definition, kafka))
    if is_jdbc_sink(definition) and not TABLE_KEYS.intersection(known):
        yield from _tables(definition)


def _unless_away(
    definition: Definition, key: str, findings: Iterator[Finding]
) -> Iterator[Finding]:
    try:
        yield from findings
    except RegistrarError as problem:
        yield definition.error(key, f"not checked: {problem}")


def _connect(definition: Definition, known: Collection[str], connect: Connect) -> Iterator[Finding]:
    if "connector.class" in known:
        return
    for key, text in connect.validate({"name": definition.name, **definition.config}):
        if key not in known:
            yield definition.error(key, f"Connect: {text}")


def _topics(definition: Definition, kafka: Kafka) -> Iterator[Finding]:
    declared = {topic.name for topic in definition.topics}
    wanted = {"topics": topics_of(definition.config)}
    dead_letters = definition.config.get("errors.deadletterqueue.topic.name")
    wanted["errors.deadletterqueue.topic.name"] = [dead_letters] if dead_letters else []
    for key, names in wanted.items():
        undeclared = [Topic(name) for name in names if name not in declared]
        for topic in kafka.missing(undeclared):
            yield definition.error(
                key,
                f"topic {topic.name} does not exist; declare it under topics: and apply creates it",
            )


def _tables(definition: Definition) -> Iterator[Finding]:
    if definition.config.get("schema.evolution", "none") != "none":
        return
    key = "connection.url"
    try:
        with from_config(definition.config).connect() as connection:
            for topic in topics_of(definition.config):
                yield from _table(definition, connection, topic)
    except RegistrarError as problem:
        if "jdbc:postgresql" in definition.config.get(key, ""):
            yield definition.warning(key, f"the tables were not checked: {problem}")
    except psycopg.Error as problem:
        reason = (str(problem).strip().splitlines() or [type(problem).__name__])[-1]
        if "FATAL:" in reason:
            yield definition.error(key, f"the database refuses the connection: {reason}")
        else:
            # The worker may reach what this machine does not.
            yield definition.warning(key, f"the tables were not checked: {reason}")


def _table(definition: Definition, connection: psycopg.Connection, topic: str) -> Iterator[Finding]:
    schema, table = schema_and_table(definition.config, topic)
    columns = {row[0] for row in connection.execute(COLUMNS, (schema, table))}
    key = "collection.name.format"
    if not columns:
        user = definition.config.get("connection.username", "")
        yield definition.error(
            key, f"{user} sees no table {schema}.{table}, and schema.evolution is none"
        )
        return
    content = definition.config.get("value.converter.schema.content")
    for field in json.loads(content).get("fields", []) if content else []:
        if identifier(definition.config, field["field"]) not in columns:
            yield definition.error(key, f"{schema}.{table} has no column {field['field']}")
