"""JSON on the wire, validated against the contract on the way.

decimal -> exact JSON number with all its digits; timestamp-micros -> ISO-8601 in UTC with six
decimals and Z; everything else as JSON has it.

There are two encoders. The careful one, here, sends each value through `checks`, which normalises
it or says why it is refused. The quick one, in `json_quick`, knows the usual shape of each type
only, and leaves every other row to the careful one.
"""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

from producer.contracts import checks, poison
from producer.contracts.contract import Contract, Field
from producer.contracts.json_quick import quick_encoder
from producer.contracts.message import Careful, Row
from producer.errors import RefusedError

# PostgreSQL's timestamptz ends in 294276, its numeric at 131072 digits before the point
# (documentation, "Date/Time Types" and "Numeric Types").
BEYOND_POSTGRES = "+300000-01-01T00:00:00.000000Z"
NUMERIC_DIGITS = 131_073


class JsonWire:
    """A contract's messages as JSON; see producer.contracts.wire.Wire."""

    overflows: tuple[str, ...] = ("timestamp-micros", "decimal")

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self.encode = quick_encoder(contract, careful_encoder(contract))

    def poison(self, kind: str, row: Row) -> bytes:
        contract = self._contract
        field = poison.target(kind, contract, self.overflows)
        index = contract.field_names.index(field.name)
        texts = [_text(each, value) for each, value in zip(contract.fields, row, strict=True)]
        members = [
            f'"{name}":{text}' for name, text in zip(contract.field_names, texts, strict=True)
        ]
        if kind == "invalid-bytes":
            return poison.GARBAGE + members[0].encode()
        if kind == "missing-field":
            del members[index]
        else:
            members[index] = f'"{field.name}":{_broken(kind, field)}'
        return ("{" + ",".join(members) + "}").encode()


def _broken(kind: str, field: Field) -> str:
    if kind == "nul-byte":
        return r'"NUL \u0000 inside"'
    if kind == "wrong-type":
        return '"not a number"' if field.kind == "decimal" else "12345"
    if field.kind == "timestamp-micros":
        return f'"{BEYOND_POSTGRES}"'
    return "9" * NUMERIC_DIGITS


def careful_encoder(contract: Contract) -> Careful:
    """A function from any row (values in the contract's order) to JSON bytes.

    The function raises RefusedError, naming field and reason, for a row that breaks the contract.
    """
    parts = [(field, f'"{field.name}":') for field in contract.fields]

    def encode(row: Row) -> bytes:
        if len(row) != len(parts):
            raise RefusedError(f"has {len(row)} values; the contract has {len(parts)} fields")
        values = zip(parts, row, strict=True)
        texts = (label + _text(field, value) for (field, label), value in values)
        return ("{" + ",".join(texts) + "}").encode()

    return encode


def _text(field: Field, value: Any) -> str:
    if value is None and field.optional:
        return "null"
    value = checks.check(field, value)
    if field.kind == "string":
        return str(encode_basestring(value))
    if field.kind == "boolean":
        return "true" if value else "false"
    if field.kind == "timestamp-micros":
        return f'"{checks.iso(value)}"'
    return repr(value) if field.kind == "double" else str(value)
