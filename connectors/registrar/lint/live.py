"""What only the running parts can tell: topics, tables and columns, Connect's own check."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg

from registrar.database import from_config, identifier, table_name
from registrar.definition import Definition, Topic
from registrar.errors import RegistrarError
from registrar.kafka import Kafka
from registrar.lag import topics_of
from registrar.lint.finding import Finding, error
from registrar.lint.rules import JDBC_SINK
from registrar.rest import Connect

COLUMNS = """
select column_name from information_schema.columns
where table_schema = %s and table_name = %s
"""


def check(definition: Definition, connect: Connect, kafka: Kafka | None) -> Iterator[Finding]:
    """Ask each part that can be asked."""
    for key, text in connect.validate({"name": definition.name, **definition.config}):
        yield error(definition, key, f"Connect: {text}")
    if kafka:
        yield from _topics(definition, kafka)
    if definition.config.get("connector.class") == JDBC_SINK:
        yield from _tables(definition)


def _topics(definition: Definition, kafka: Kafka) -> Iterator[Finding]:
    declared = {topic.name for topic in definition.topics}
    wanted = {"topics": topics_of(definition.config)}
    letters = definition.config.get("errors.deadletterqueue.topic.name")
    wanted["errors.deadletterqueue.topic.name"] = [letters] if letters else []
    for key, names in wanted.items():
        undeclared = [Topic(name) for name in names if name not in declared]
        for topic in kafka.missing(undeclared):
            yield error(
                definition,
                key,
                f"topic {topic.name} does not exist; declare it under topics: and apply makes it",
            )


def _tables(definition: Definition) -> Iterator[Finding]:
    if definition.config.get("schema.evolution", "none") != "none":
        return
    try:
        with from_config(definition.config).connect() as connection:
            for topic in topics_of(definition.config):
                yield from _table(definition, connection, topic)
    except RegistrarError as problem:
        if "jdbc:postgresql" in definition.config.get("connection.url", ""):
            yield error(definition, "connection.url", f"the tables were not checked: {problem}")
    except psycopg.OperationalError as problem:
        reason = str(problem).strip().splitlines()[-1]
        yield error(definition, "connection.url", f"the database does not answer: {reason}")


def _table(definition: Definition, connection: psycopg.Connection, topic: str) -> Iterator[Finding]:
    name = table_name(definition.config, topic)
    schema, table = name if len(name) == 2 else ("public", name[-1])
    columns = {row[0] for row in connection.execute(COLUMNS, (schema, table))}
    key = "collection.name.format"
    if not columns:
        user = definition.config.get("connection.username", "")
        yield error(
            definition, key, f"{user} sees no table {schema}.{table}, and schema.evolution is none"
        )
        return
    content = definition.config.get("value.converter.schema.content")
    for field in json.loads(content).get("fields", []) if content else []:
        if identifier(definition.config, field["field"]) not in columns:
            yield error(definition, key, f"{schema}.{table} has no column {field['field']}")
