"""JSON on the wire, validated against the contract on the way.

decimal -> exact JSON number with all its digits; timestamp-micros -> ISO-8601 in UTC with six
decimals and Z; everything else as JSON has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any

import msgspec
import numpy as np

from producer.contracts.checks import EPOCH, check_row, iso, require_normal
from producer.contracts.contract import Contract, Field
from producer.contracts.message import Message, Row, encoder
from producer.contracts.poison import GARBAGE, NUMERIC_DIGITS, poison_target
from producer.errors import RefusedError

# PostgreSQL's timestamptz ends in 294276 (documentation, "Date/Time Types").
BEYOND_TIMESTAMPTZ = "+300000-01-01T00:00:00.000000Z"
NUL = rb"\u0000"


class JsonWire:
    """A contract's messages as JSON; see producer.contracts.wire.Wire."""

    overflows: tuple[str, ...] = ("timestamp-micros", "decimal")

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        # Fields may be called like Python's words.
        names = {f"field_{index}": name for index, name in enumerate(contract.field_names)}
        self._record = msgspec.defstruct("Record", names, rename=names, gc=False)
        self._encoder = msgspec.json.Encoder(decimal_format="number")
        self.encode = encoder(self._encode_block, self.encode_checked, contract.key_index)

    def _encode_block(self, rows: Sequence[Row]) -> list[Message | RefusedError]:
        columns = list(zip(*rows, strict=True))
        fields = zip(self._contract.fields, columns, strict=True)
        records = map(self._record, *(_column(field, values) for field, values in fields))
        lines = self._encoder.encode_lines(list(records))
        if NUL in lines:
            raise ValueError
        keys = map(str.encode, columns[self._contract.key_index])
        return list(zip(keys, lines.splitlines(), strict=True))

    def encode_checked(self, row: Row) -> bytes:
        """Any row: each value checked and normalised before it is written.

        Raises:
            RefusedError: the row breaks the contract; the text names field and reason.
        """
        return _object(self._members(row).values())

    def poison(self, kind: str, row: Row) -> bytes:
        """Bytes made from a good row that the sink cannot take; see Wire."""
        field = poison_target(kind, self._contract, self.overflows)
        members = self._members(row)
        if kind == "invalid-bytes":
            return GARBAGE + members[self._contract.fields[0]].encode()
        if kind == "missing-field":
            del members[field]
        else:
            members[field] = f'"{field.name}":{_wrong_text(kind, field)}'
        return _object(members.values())

    def _members(self, row: Row) -> dict[Field, str]:
        fields = self._contract.fields
        values = zip(fields, check_row(fields, row), strict=True)
        return {field: f'"{field.name}":{_text(field, value)}' for field, value in values}


def _object(members: Iterable[str]) -> bytes:
    return ("{" + ",".join(members) + "}").encode()


def _column(field: Field, values: Sequence[Any]) -> Sequence[Any]:
    """A column's values as msgspec has to get them to write them in our form."""
    given = [value for value in values if value is not None] if field.optional else values
    require_normal(field, given)
    if field.kind == "double":
        # Python's spelling and msgspec's differ: 1e+16, 1e16.
        written: list[Any] = [msgspec.Raw(repr(value).encode()) for value in given]
    elif field.kind == "timestamp-micros":
        micros = np.array(given, np.int64)
        written = [EPOCH + delta for delta in micros.astype("timedelta64[us]").tolist()]
        # msgspec leaves out a fraction of zero.
        for index in np.flatnonzero(micros % 1_000_000 == 0).tolist():
            written[index] = iso(given[index])
    else:
        return values
    if not field.optional:
        return written
    rest = iter(written)
    return [None if value is None else next(rest) for value in values]


def _wrong_text(kind: str, field: Field) -> str:
    match kind, field.kind:
        case "nul-byte", _:
            return r'"NUL \u0000 inside"'
        case "wrong-type", "decimal":
            return '"not a number"'
        case "wrong-type", _:
            return "12345"
        case "overflow", "timestamp-micros":
            return f'"{BEYOND_TIMESTAMPTZ}"'
        case "overflow", "decimal":
            return "9" * (NUMERIC_DIGITS + 1)
    raise ValueError(f"poison {kind}: not known for {field.kind}")


def _text(field: Field, value: Any) -> str:
    if value is None:
        return "null"
    match field.kind:
        case "string":
            return str(encode_basestring(value))
        case "boolean":
            return "true" if value else "false"
        case "timestamp-micros":
            return f'"{iso(value)}"'
        case "double":
            return repr(value)
        case "int" | "long" | "decimal":
            return str(value)
    raise TypeError(f"{field.name} is of an unknown kind, {field.kind!r}")
