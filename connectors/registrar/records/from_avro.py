"""Avro bytes in Confluent's framing to Connect values, as Apicurio's and Confluent's converters do.

Framing: a zero byte, the schema's id as four bytes, the record. Names of logical types that a
schema states as "connect.name" win over Avro's own.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import fastavro
import requests

from connectors.registrar.avro import PRIMITIVES
from connectors.registrar.errors import RegistrarError
from connectors.registrar.records.decimals import from_unscaled
from connectors.registrar.records.errors import UnsupportedError

Schema = dict[str, Any]
MAGIC = b"\x00"
HEADER_BYTES = 5
DECIMAL = "org.apache.kafka.connect.data.Decimal"

_TYPES = {**PRIMITIVES, "enum": "string"}
_LOGICAL = {
    "decimal": DECIMAL,
    "date": "org.apache.kafka.connect.data.Date",
    "timestamp-millis": "org.apache.kafka.connect.data.Timestamp",
}


class Registry:
    """Schemas by id, each fetched once.

    Args:
        schema_url: address of a schema, with {id} in it.
        extract: takes the Avro schema's text out of the answer's body.
    """

    def __init__(self, schema_url: str, extract: Callable[[str], str]) -> None:
        self._url = schema_url
        self._extract = extract
        self._known: dict[int, tuple[Any, Schema]] = {}

    def read(self, message: bytes) -> tuple[Schema, dict[str, Any]]:
        """The Connect schema and the values of a message.

        Raises:
            ValueError: the bytes are not a framed record of a registered schema.
            RegistrarError: the registry does not answer.
        """
        if len(message) < HEADER_BYTES or message[:1] != MAGIC:
            raise ValueError("Unknown magic byte!")
        avro, connect = self._schema(int.from_bytes(message[1:HEADER_BYTES]))
        return connect, _logical(connect, _read(avro, message[HEADER_BYTES:]))

    def _schema(self, schema_id: int) -> tuple[Any, Schema]:
        if schema_id not in self._known:
            text = self._fetch(schema_id)
            declared = json.loads(text)
            self._known[schema_id] = (
                fastavro.parse_schema(_plain(declared)),
                converted_schema(declared),
            )
        return self._known[schema_id]

    def _fetch(self, schema_id: int) -> str:
        try:
            answer = requests.get(self._url.format(id=schema_id), timeout=(5, 30))
        except requests.RequestException as error:
            raise RegistrarError(f"the schema registry does not answer: {error}") from None
        if answer.status_code == 404:
            raise ValueError(f"no schema has the id {schema_id}")
        if answer.status_code != 200:
            raise RegistrarError(f"the schema registry answers HTTP {answer.status_code}")
        return self._extract(answer.text)


def converted_schema(avro: Any) -> Schema:
    """The Connect schema that the converters make of an Avro record."""
    fields = [{"field": f["name"], **_field(f["type"])} for f in avro["fields"]]
    return {"type": "struct", "fields": fields}


def _field(avro: Any) -> Schema:
    if isinstance(avro, list):
        others = [branch for branch in avro if branch != "null"]
        if len(others) != 1:
            raise UnsupportedError(f"the union {json.dumps(avro)} is not understood here")
        return {**_field(others[0]), "optional": True}
    declared = avro if isinstance(avro, dict) else {"type": avro}
    if declared["type"] not in _TYPES:
        raise UnsupportedError(f"Avro type {declared['type']} is not understood here")
    name = declared.get("connect.name") or _LOGICAL.get(declared.get("logicalType", ""))
    return {"type": _TYPES[declared["type"]], "name": name, "scale": declared.get("scale", 0)}


def _plain(avro: Any) -> Any:
    """The schema without logical types: Python's own are narrower than what Avro can carry."""
    if isinstance(avro, list):
        return [_plain(branch) for branch in avro]
    if not isinstance(avro, dict):
        return avro
    return {k: _plain(v) for k, v in avro.items() if k != "logicalType"}


def _read(avro: Any, payload: bytes) -> dict[str, Any]:
    try:
        found: Any = fastavro.schemaless_reader(io.BytesIO(payload), avro, None)
    except (EOFError, IndexError, UnicodeDecodeError, OverflowError, ValueError) as error:
        raise ValueError(f"not a record of its schema: {error or 'too short'}") from None
    return dict(found)


def _logical(schema: Schema, values: dict[str, Any]) -> dict[str, Any]:
    for field in schema["fields"]:
        value = values[field["field"]]
        if field.get("name") == DECIMAL and value is not None:
            values[field["field"]] = from_unscaled(value, field["scale"])
    return values
