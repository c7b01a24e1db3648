"""JSON bytes to Connect values, with the leniency of Connect's JsonConverter.

What looks odd here is what Connect 4.3 does: text where an integer belongs reads as 0, a number
where text belongs reads as null. Equal results matter more than better ones.
Source: JsonConverter.java and JsonDeserializer.java of Kafka 4.3.1.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connectors.registrar.records.decimals import from_unscaled
from connectors.registrar.records.errors import UnsupportedError

# Jackson's limit on the length of a number (StreamReadConstraints).
NUMBER_DIGITS = 1000
DECIMAL = "org.apache.kafka.connect.data.Decimal"

Schema = dict[str, Any]


class MisfitError(ValueError):
    """A value that its schema does not take."""


class Number(str):
    """A JSON number as written."""


def parse(value: bytes) -> Any:
    """The first JSON value in the bytes; what follows it is ignored, as Jackson does.

    Numbers come back as Number.

    Raises:
        ValueError: the bytes do not begin with JSON.
    """
    text = value.decode(json.detect_encoding(value)).lstrip(" \t\r\n")
    return _DECODER.raw_decode(text)[0]


def _number(text: str) -> Number:
    if len(text) > NUMBER_DIGITS:
        raise ValueError(f"number of {len(text)} characters is longer than {NUMBER_DIGITS}")
    return Number(text)


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(
    parse_float=_number, parse_int=_number, parse_constant=_no_constant, strict=True
)


def convert(schema: Schema, value: Any) -> Any:
    """A parsed JSON value as the Connect value of a schema; a struct becomes a dict.

    Raises:
        ValueError: the value does not fit the schema.
        UnsupportedError: the schema has a type without a column of its own.
    """
    kind = schema["type"]
    if value is None:
        if schema.get("optional"):
            return None
        raise ValueError(f"Invalid null value for required {kind.upper()} field")
    if kind == "struct":
        return _struct(schema, value)
    if schema.get("name") == DECIMAL:
        return _decimal(schema, value)
    if kind not in _PLAIN:
        raise UnsupportedError(f"a field of Connect type {kind} is not understood here")
    return _required(schema, _PLAIN[kind](value))


def _struct(schema: Schema, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MisfitError("Structs should be encoded as JSON objects")
    row = {}
    for field in schema["fields"]:
        try:
            row[field["field"]] = convert(field, value.get(field["field"]))
        except ValueError as error:
            raise ValueError(f"{field['field']}: {error}") from None
    return row


def _required(schema: Schema, value: Any) -> Any:
    if value is None and not schema.get("optional"):
        raise ValueError("Invalid value: null used for required field")
    return value


def _decimal(schema: Schema, value: Any) -> Decimal:
    if isinstance(value, Number):
        return Decimal(value)
    if not isinstance(value, str):
        raise MisfitError("Invalid type for Decimal, neither a number nor bytes")
    try:
        unscaled = base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError("Invalid bytes for Decimal field") from None
    return from_unscaled(unscaled, int(schema.get("parameters", {}).get("scale", 0)))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and not isinstance(value, Number) else None


def _integer(bits: int) -> Callable[[Any], int]:
    def convert_integer(value: Any) -> int:
        whole = int(Decimal(value)) if isinstance(value, Number) else 0
        half = 1 << (bits - 1)
        return (whole + half) % (1 << bits) - half

    return convert_integer


def _float(value: Any) -> float:
    return float(value) if isinstance(value, Number) else 0.0


def _bytes(value: Any) -> bytes | None:
    text = _text(value)
    return base64.b64decode(text, validate=True) if text is not None else None


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "boolean": lambda value: value is True,
    "int8": _integer(8),
    "int16": _integer(16),
    "int32": _integer(32),
    "int64": _integer(64),
    "float": _float,
    "double": _float,
    "bytes": _bytes,
}
