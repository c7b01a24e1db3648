"""The contract of a stream: one Avro schema file, from which everything else is derived.

Besides Avro's own attributes a contract carries two of ours (Avro allows custom properties):
``topic``, and ``key``, the field whose value is the message key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastavro
from fastavro.schema import SchemaParseException

from producer.errors import RefusedError, UsageError

SCHEMAS = Path(__file__).parent.parent / "schemas"
# Avro 1.12 specification, "Names".
NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
# Kafka's org.apache.kafka.common.internals.Topic.
TOPIC = re.compile("[A-Za-z0-9._-]{1,249}")
TOPIC_HINT = "up to 249 letters, digits, dots, underscores and hyphens"
PRIMITIVES = ("string", "boolean", "int", "long", "double")


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes:
        kind: an Avro primitive, ``decimal`` or ``timestamp-micros``.
        precision: of a decimal, its digits in all; ``scale``, those behind the point.
    """

    name: str
    kind: str
    optional: bool
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True)
class Contract:
    """A parsed schema file.

    Attributes:
        name: the file's stem.
        key: the field that is the message's key.
        schema: the JSON document itself.
    """

    name: str
    topic: str
    key: str
    fields: tuple[Field, ...]
    schema: dict[str, Any]

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields' names in the contract's order."""
        return tuple(field.name for field in self.fields)

    @property
    def key_index(self) -> int:
        """The key's place in a row."""
        return self.field_names.index(self.key)

    def row(self, record: Mapping[str, Any]) -> tuple[Any, ...]:
        """The record's values in the contract's order.

        Raises:
            RefusedError: a required field is missing, or the contract has no field of a name.
        """
        if unknown := sorted(set(record) - set(self.field_names)):
            raise RefusedError(f"{unknown[0]}: {self.name}.avsc has no such field")
        for field in self.fields:
            if field.name not in record and not field.optional:
                raise RefusedError(f"{field.name}: missing, and {self.name}.avsc requires it")
        return tuple(record.get(name) for name in self.field_names)


def schema_files() -> dict[str, Path]:
    """Schema files by stream name, which is the file's stem."""
    return {path.stem: path for path in sorted(SCHEMAS.glob("*.avsc"))}


def find_contract(name: str) -> Contract:
    """The contract called ``name``: a file's stem in producer/schemas, or its topic.

    Raises:
        UsageError: there is none, or its file cannot be used.
    """
    files = schema_files()
    if name in files:
        return load_contract(files[name])
    contracts = [load_contract(path) for path in files.values()]
    for contract in contracts:
        if contract.topic == name:
            return contract
    known = ", ".join(f"{contract.name} (topic {contract.topic})" for contract in contracts)
    raise UsageError(f"no stream is called {name!r}; known: {known}")


def load_contract(path: Path) -> Contract:
    """Parse one schema file.

    Raises:
        UsageError: it is not an Avro record, or uses a type that the sinks cannot take.
    """
    try:
        schema = json.loads(path.read_text())
        fastavro.parse_schema(schema)
        fields = tuple(_field(spec) for spec in schema["fields"])
        contract = Contract(path.stem, schema["topic"], schema["key"], fields, schema)
        key = next(field for field in fields if field.name == contract.key)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except StopIteration:
        raise UsageError(f"{path}: key {schema['key']!r} is not one of its fields") from None
    except KeyError as error:
        raise UsageError(f"{path}: lacks {error}; see producer/schemas/transaction.avsc") from None
    except (ValueError, TypeError, IndexError, SchemaParseException) as error:
        raise UsageError(f"{path}: {error}") from error
    if not isinstance(contract.topic, str) or not TOPIC.fullmatch(contract.topic):
        raise UsageError(f"{path}: {contract.topic!r} is not a topic name: use {TOPIC_HINT}")
    if key.kind != "string" or key.optional:
        raise UsageError(f"{path}: the key {key.name} has to be a required string")
    return contract


def _field(spec: dict[str, Any]) -> Field:
    declared, optional = spec["type"], False
    if isinstance(declared, list):
        others = declared[1:] if declared[0] == "null" else []
        if len(others) != 1:
            raise ValueError(f'{spec["name"]}: the only union that can be landed is ["null", TYPE]')
        declared, optional = others[0], True
    name = spec["name"]
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a field name: use letters, digits and underscores")
    if declared in PRIMITIVES:
        return Field(name, declared, optional)
    logical = declared.get("logicalType") if isinstance(declared, dict) else None
    if logical == "decimal" and declared["type"] == "bytes":
        precision, scale = declared["precision"], declared.get("scale", 0)
        if type(precision) is not int or type(scale) is not int or not 0 <= scale <= precision:
            raise ValueError(f"{name}: precision and scale: use whole numbers, like 18 and 2")
        return Field(name, logical, optional, precision, scale)
    if logical == "timestamp-micros":
        return Field(name, logical, optional)
    if isinstance(declared, dict) and not logical and declared["type"] in PRIMITIVES:
        return Field(name, declared["type"], optional)
    known = f"{', '.join(PRIMITIVES)}, decimal (bytes) or timestamp-micros"
    raise ValueError(f"{name}: {json.dumps(declared)} is not supported; use {known}")
