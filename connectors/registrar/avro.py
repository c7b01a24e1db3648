"""Avro schema to Kafka Connect schema: what `schema.content` of JsonConverter must hold.

The result describes the JSON encoding of a record: a decimal is a JSON number, a timestamp an
ISO-8601 string with its zone, everything else JSON's own type. Names of logical types are
Connect's (org.apache.kafka.connect.data) and Debezium's (io.debezium.time, io.debezium.data), the
two families that the Debezium JDBC sink maps to column types.
Source: Avro 1.12 specification, "Logical Types"; KIP-1054 for `schema.content`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connectors.registrar.errors import RegistrarError
from connectors.registrar.files import read_json

Schema = dict[str, Any]

PRIMITIVES = {
    "string": "string",
    "bytes": "bytes",
    "int": "int32",
    "long": "int64",
    "float": "float",
    "double": "double",
    "boolean": "boolean",
}
# A timestamp travels as text, so that people can read it and no unit can be mistaken.
ZONED_TIMESTAMP = {"type": "string", "name": "io.debezium.time.ZonedTimestamp"}
LOGICAL = {
    "timestamp-millis": ZONED_TIMESTAMP,
    "timestamp-micros": ZONED_TIMESTAMP,
    "uuid": {"type": "string", "name": "io.debezium.data.Uuid"},
}


def schema_content(path: Path) -> str:
    """The text for `value.converter.schema.content` from an Avro schema file.

    Raises:
        RegistrarError: the file is missing, not JSON, not a record, or has a type that has no
            agreed JSON encoding.
    """
    avro = read_json(path)
    try:
        schema = _struct(avro)
    except RegistrarError as error:
        raise RegistrarError(f"{path}: {error}") from None
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise RegistrarError(f"{path}: not an Avro schema: {what}") from None
    # Debezium's sink would match a pattern against the record's name, several times for each
    # record, which is a twentieth of a loaded worker's time; nothing else reads the name.
    del schema["name"]
    return json.dumps(schema, separators=(",", ":"))


def _struct(avro: Any) -> Schema:
    if not isinstance(avro, dict) or avro.get("type") != "record":
        raise RegistrarError("the contract of a stream is an Avro schema of type record")
    fields = [_field(field) for field in avro["fields"]]
    return {"type": "struct", "name": _full_name(avro), "optional": False, "fields": fields}


def _field(field: Schema) -> Schema:
    try:
        return {"field": field["name"], **_type(field["type"])}
    except RegistrarError as error:
        raise RegistrarError(f"field {field['name']}: {error}") from None


def _type(avro: Any) -> Schema:
    if isinstance(avro, list):
        others = [branch for branch in avro if branch != "null"]
        if len(avro) != 2 or len(others) != 1:
            raise RegistrarError(f"a union must be null and one type, not {json.dumps(avro)}")
        return {**_type(others[0]), "optional": True}
    declared = avro if isinstance(avro, dict) else {"type": avro}
    return {**_required(declared), "optional": False}


def _required(avro: Schema) -> Schema:
    kind, logical = avro["type"], avro.get("logicalType")
    if logical == "decimal" and kind in ("bytes", "fixed"):
        parameters = {"scale": str(avro.get("scale", 0))}
        if "precision" in avro:
            parameters["connect.decimal.precision"] = str(avro["precision"])
        name = "org.apache.kafka.connect.data.Decimal"
        return {"type": "bytes", "name": name, "version": 1, "parameters": parameters}
    if logical in LOGICAL:
        return dict(LOGICAL[logical])
    if logical:
        raise RegistrarError(f"logical type {logical} has no agreed JSON encoding")
    if kind == "enum":
        return {"type": "string"}
    if kind == "array":
        return {"type": "array", "items": _type(avro["items"])}
    if kind == "map":
        return {"type": "map", "keys": _type("string"), "values": _type(avro["values"])}
    if kind == "record":
        return {k: v for k, v in _struct(avro).items() if k != "optional"}
    if isinstance(kind, dict | list):
        return {k: v for k, v in _type(kind).items() if k != "optional"}
    if kind not in PRIMITIVES:
        raise RegistrarError(f"type {kind} has no agreed JSON encoding")
    named = {"name": avro["connect.name"]} if "connect.name" in avro else {}
    return {"type": PRIMITIVES[kind], **named}


def _full_name(avro: Schema) -> str:
    name: str = avro["name"]
    space = avro.get("namespace")
    return f"{space}.{name}" if space and "." not in name else name
