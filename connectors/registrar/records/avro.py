"""Avro bytes in Confluent's framing to values: a zero byte, the schema's id in four, the record."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import fastavro
import requests
from fastavro.schema import SchemaParseException

from connectors.registrar.errors import RegistrarError
from connectors.registrar.records.contract import Field, fields_of_avro
from connectors.registrar.records.errors import UnreadableError

MAGIC = b"\x00"
HEADER_BYTES = 5
# About 600 digits; Python's conversion takes the square of the length.
LONGEST_DECIMAL = 256


@dataclass(frozen=True)
class _Schema:
    """A registered schema: for fastavro, the scales of its decimals, and its fields."""

    parsed: Any
    scales: dict[str, int]
    fields: tuple[Field, ...]


class AvroReader:
    """Reads records by schemas that are fetched once each.

    Args:
        url: address of a registry with Confluent's interface.
        user: the registry's user and password, with a colon between them; empty for none.
    """

    def __init__(self, url: str, user: str = "") -> None:
        self._url = url.rstrip("/")
        name, _, password = user.partition(":")
        self._auth = (name, password) if user else None
        self._known: dict[int, _Schema] = {}

    def read(self, message: bytes) -> dict[str, Any]:
        """The values of a message; times as the numbers that they are.

        Raises:
            UnreadableError: the bytes are not a framed record of a registered schema.
            RegistrarError: the registry does not answer.
        """
        schema = self._schema(message)
        try:
            found: Any = fastavro.schemaless_reader(
                io.BytesIO(message[HEADER_BYTES:]), schema.parsed, None
            )
        except (EOFError, IndexError, UnicodeDecodeError, OverflowError, ValueError) as error:
            raise UnreadableError(f"not a record of its schema: {error or 'too short'}") from None
        values = dict(found)
        for name, scale in schema.scales.items():
            values[name] = _decimal(values[name], scale)
        return values

    def contract(self, message: bytes) -> tuple[Field, ...]:
        """The fields of the schema that a message names; the same object for the same schema.

        Raises:
            UnreadableError: the message names no registered schema.
            RegistrarError: the registry does not answer.
        """
        return self._schema(message).fields

    @staticmethod
    def is_foreign(message: bytes) -> bool:
        """Whether a message is of another format than this reader's: a JSON object."""
        return message.lstrip()[:1] == b"{" and message.rstrip()[-1:] == b"}"

    def _schema(self, message: bytes) -> _Schema:
        if not is_framed(message):
            raise UnreadableError("does not begin with a zero byte and a schema's id")
        schema_id = int.from_bytes(message[1:HEADER_BYTES])
        if schema_id not in self._known:
            self._known[schema_id] = self._look_up(schema_id)
        return self._known[schema_id]

    def _look_up(self, schema_id: int) -> _Schema:
        answer = self._fetch(f"schemas/ids/{schema_id}")
        named: dict[str, Any] = {}
        try:
            self._parse_references(answer, named, set())
            declared = json.loads(answer["schema"])
            parsed = fastavro.parse_schema(_plain(declared), named_schemas=named)
            return _Schema(parsed, _scales(declared), fields_of_avro(declared))
        except (ValueError, KeyError, TypeError, RecursionError, SchemaParseException) as error:
            raise UnreadableError(f"schema {schema_id} is of no record: {error}") from None

    def _parse_references(
        self, answer: dict[str, Any], named: dict[str, Any], done: set[str]
    ) -> None:
        """Make the names known that a schema takes from others."""
        for each in answer.get("references") or ():
            path = f"subjects/{quote(each['subject'], safe='')}/versions/{each['version']}"
            if path not in done:
                done.add(path)
                found = self._fetch(path)
                self._parse_references(found, named, done)
                fastavro.parse_schema(_plain(json.loads(found["schema"])), named_schemas=named)

    def _fetch(self, path: str) -> dict[str, Any]:
        try:
            answer = requests.get(f"{self._url}/{path}", auth=self._auth, timeout=(5, 30))
            if answer.status_code == 404:
                raise UnreadableError(f"the schema registry has no {path}")
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        except requests.RequestException as error:
            raise RegistrarError(f"the schema registry does not answer: {error}") from None
        return found


def is_framed(message: bytes) -> bool:
    """Whether a message begins as Avro in Confluent's framing does."""
    return len(message) >= HEADER_BYTES and message[:1] == MAGIC


def _plain(avro: Any) -> Any:
    """The schema without logical types: Python's own are narrower than what Avro can carry."""
    if isinstance(avro, list):
        return [_plain(branch) for branch in avro]
    if not isinstance(avro, dict):
        return avro
    return {k: _plain(v) for k, v in avro.items() if k != "logicalType"}


def _scales(avro: Any) -> dict[str, int]:
    """The record's decimals with their scales."""
    found = {}
    for field in avro["fields"]:
        branches = field["type"] if isinstance(field["type"], list) else [field["type"]]
        for branch in branches:
            if isinstance(branch, dict) and branch.get("logicalType") == "decimal":
                found[field["name"]] = int(branch.get("scale", 0))
    return found


def _decimal(unscaled: bytes | None, scale: int) -> Decimal | bytes | None:
    if not unscaled or len(unscaled) > LONGEST_DECIMAL:
        return unscaled
    # From digits, because arithmetic would round to the context's precision.
    sign, digits, _ = Decimal(int.from_bytes(unscaled, signed=True)).as_tuple()
    return Decimal((sign, digits, -scale))
