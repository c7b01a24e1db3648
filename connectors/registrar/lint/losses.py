"""Settings by which records, or fields of the contract, vanish without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from connectors.registrar.config_values import listed
from connectors.registrar.database import schema_and_table
from connectors.registrar.definition import Definition
from connectors.registrar.findings import Finding
from connectors.registrar.lag import topics_of
from connectors.registrar.lint.schema_content import KEY as SCHEMA
from connectors.registrar.lint.schema_content import VALUE_TO_KEY, transforms_of
from connectors.registrar.records.reader import (
    APICURIO,
    CONFLUENT,
    JSON,
    STRICT_AVRO,
    STRICT_JSON,
)

CONVERTER = "value.converter"
_ANY_SCHEMA = (
    "knows no contract: takes whatever schema a message names, replaces what is not UTF-8, and may "
    "make dead letters of good messages while the registry is unreachable"
)
#: What a converter does to what does not fit, and the one that refuses it.
COERCING = {
    JSON: (
        "turns what does not fit the schema into 0, null or other digits, and drops unknown fields",
        STRICT_JSON,
    ),
    "io.confluent.connect.json.JsonSchemaConverter": (
        "takes whatever fits the schema in the message, and turns wide numbers into narrow ones",
        STRICT_JSON,
    ),
    APICURIO: (_ANY_SCHEMA, STRICT_AVRO),
    CONFLUENT: (_ANY_SCHEMA, STRICT_AVRO),
}


def filters(d: Definition) -> Iterator[Finding]:
    for alias, kind in transforms_of(d).items():
        key = f"transforms.{alias}"
        if kind.endswith(".transforms.Filter") and not d.config.get(f"{key}.predicate"):
            yield d.error(f"{key}.type", f"a Filter without {key}.predicate drops every record")


def dropped_fields(d: Definition) -> Iterator[Finding]:
    """Lists of fields that leave out some of the contract."""
    fields = _fields(d)
    values = [a for a, kind in transforms_of(d).items() if kind.endswith(".ReplaceField$Value")]
    lists = [("field.include.list", "field.exclude.list")]
    lists += [(f"transforms.{a}.include", f"transforms.{a}.exclude") for a in values]
    for include, exclude in lists:
        # The sink's own lists may say of which topic: TOPIC:FIELD.
        kept, left_out = (
            {name.rpartition(":")[2] for name in listed(d.config, key)}
            for key in (include, exclude)
        )
        dropped = [f for f in fields if f in left_out or (kept and f not in kept)]
        if dropped:
            key = include if kept and dropped[0] not in left_out else exclude
            yield d.error(
                key, f"drops {', '.join(dropped)}, which the contract ({SCHEMA}) has: change that"
            )


def key_of_another_field(d: Definition) -> Iterator[Finding]:
    """The row's key must be what the transform makes of the value."""
    if d.config.get("primary.key.mode") != "record_key":
        return
    for alias, kind in transforms_of(d).items():
        made = listed(d.config, f"transforms.{alias}.fields")
        wanted = listed(d.config, "primary.key.fields")
        if kind.endswith(VALUE_TO_KEY) and wanted and {*made} != {*wanted}:
            yield d.error(
                "primary.key.fields",
                f"{', '.join(wanted)}: but transforms.{alias}.fields makes the key of "
                f"{', '.join(made) or 'nothing'}: rows would replace each other, or be refused",
            )


def one_contract(d: Definition) -> Iterator[Finding]:
    topics = listed(d.config, "topics")
    if len(topics) > 1 and SCHEMA in d.config:
        yield d.error(
            "topics",
            f"{', '.join(topics)} would be read by one contract ({SCHEMA}): a file for each",
        )


def coercing_converter(d: Definition) -> Iterator[Finding]:
    converter = d.config.get(CONVERTER, "")
    if converter in COERCING:
        what, strict = COERCING[converter]
        yield d.warning(CONVERTER, f"{what}: {strict} does not")


def shared_tables(definitions: Sequence[Definition]) -> Iterator[Finding]:
    """Two files that write one table: their keys replace each other's rows."""
    owners: dict[tuple[str, ...], Definition] = {}
    for d in definitions:
        if "collection.name.format" not in d.config:
            continue
        for table in {_place(d.config, topic) for topic in topics_of(d.config)}:
            other = owners.setdefault(table, d)
            if other is not d:
                yield d.error(
                    "collection.name.format",
                    f"{'.'.join(table[1:])} is the table of {other.file.name} too: rows of equal "
                    f"keys would replace each other",
                )


def _place(config: Mapping[str, str], topic: str) -> tuple[str, ...]:
    return (config.get("connection.url", "").partition("?")[0], *schema_and_table(config, topic))


def _fields(d: Definition) -> list[str]:
    with suppress(ValueError, TypeError, KeyError, AttributeError):
        return [field["field"] for field in json.loads(d.config[SCHEMA])["fields"]]
    return []
