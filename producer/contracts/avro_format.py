"""Avro on the wire in Confluent's framing, validated against the contract on the way.

The framing: a zero byte, the schema's id in four bytes, the record. Encoding: Avro 1.12
specification, "Binary encoding". The block encoder writes it column by column; fastavro, which
interprets the schema for each record, takes three times as long.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import Any, TypeVar

import fastavro
import numpy as np

from producer.contracts.checks import check_row, require_normal, require_types
from producer.contracts.contract import Contract, Field
from producer.contracts.message import Message, Row, encoder
from producer.contracts.poison import GARBAGE, NUMERIC_DIGITS, poison_target
from producer.errors import RefusedError

K = TypeVar("K")
V = TypeVar("V")
#: Writes the values of one field, without nulls.
WriteColumn = Callable[[Sequence[Any]], Iterable[bytes]]
MEMO_LIMIT = 100_000
# The length of a string: -5.
NEGATIVE_LENGTH = b"\x09"


class Memo(dict[K, V]):
    """``memo[key]`` is ``make(key)``, made once. What ``make`` raises is not remembered.

    functools.lru_cache takes twice as long, and most values of most fields are repeated.
    """

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        if len(self) >= MEMO_LIMIT:
            self.clear()
        value = self[key] = self._make(key)
        return value


class AvroWire:
    """A contract's messages as Avro; see producer.contracts.wire.Wire.

    Args:
        schema_id: the id that the Schema Registry gave the contract.
    """

    # Not timestamps: 64 bits of microseconds end in 294247, before PostgreSQL's timestamptz does.
    overflows: tuple[str, ...] = ("decimal",)

    def __init__(self, contract: Contract, schema_id: int) -> None:
        self._contract = contract
        self._frame = b"\0" + schema_id.to_bytes(4, "big")
        self._schema = fastavro.parse_schema(contract.schema)
        self._columns = [_column_writer(field) for field in contract.fields]
        # Keys do not repeat.
        self._columns[contract.key_index] = _write_texts
        self.encode = encoder(self._encode_block, self.encode_checked, contract.key_index)

    def _encode_block(self, rows: Sequence[Row]) -> list[Message | RefusedError]:
        columns = list(zip(*rows, strict=True))
        written = [write(values) for write, values in zip(self._columns, columns, strict=True)]
        keys = map(str.encode, columns[self._contract.key_index])
        frames = repeat(self._frame, len(rows))
        return list(zip(keys, map(b"".join, zip(frames, *written, strict=True)), strict=True))

    def encode_checked(self, row: Row) -> bytes:
        """Any row: each value checked and normalised, then written by fastavro.

        Raises:
            RefusedError: the row breaks the contract; the text names field and reason.
        """
        return self._write(self._record(row))

    def _record(self, row: Row) -> dict[str, Any]:
        values = check_row(self._contract.fields, row)
        return dict(zip(self._contract.field_names, values, strict=True))

    def _write(self, record: dict[str, Any]) -> bytes:
        out = io.BytesIO(self._frame)
        out.seek(0, io.SEEK_END)
        fastavro.schemaless_writer(out, self._schema, record)
        return out.getvalue()

    def poison(self, kind: str, row: Row) -> bytes:
        """Bytes made from a good row that the sink cannot take; see Wire."""
        field = poison_target(kind, self._contract, self.overflows)
        record = self._record(row)
        match kind:
            case "invalid-bytes":
                return GARBAGE
            case "nul-byte":
                return self._write({**record, field.name: "NUL \0 inside"})
            case "overflow":
                return self._write({**record, field.name: _beyond_numeric(field)})
            # Avro's bytes carry no names and no types: a field is missing when the message ends
            # too early, and a type is wrong when its bytes make no sense.
            case "missing-field":
                return self._write(record)[:-1]
            case "wrong-type":
                return self._frame + NEGATIVE_LENGTH + self._write(record)[len(self._frame) :]
        raise ValueError(f"there is no poison {kind!r}")


def _beyond_numeric(field: Field) -> bytes:
    """The unscaled value of a decimal with one digit more than PostgreSQL's numeric holds."""
    number = 10 ** (NUMERIC_DIGITS + field.scale)
    return number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)


def varint(number: int) -> bytes:
    """A non-negative number, seven bits a byte, the lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


# By length in bytes; longer values are unusual.
LENGTHS = [varint(size << 1) for size in range(8192)]
# Microseconds whose varint has eight bytes: from 1978 to 3111.
EIGHT_BYTES = range(1 << 48, 1 << 55)
SHIFTS = np.arange(0, 56, 7)


def _column_writer(field: Field) -> WriteColumn:
    if field.kind == "string":
        # A null is a value like others: most texts and nulls are written by a look-up.
        texts: Memo[Any, bytes] = Memo(_optional_text if field.optional else _text)
        return lambda values: map(texts.__getitem__, values)
    write = _value_writer(field)
    # A decimal is checked when its bytes are made.
    require = require_types if field.kind == "decimal" else require_normal

    def column(values: Sequence[Any]) -> Iterable[bytes]:
        given = [value for value in values if value is not None] if field.optional else values
        require(field, given)
        written = write(given)
        if not field.optional:
            return written
        rest = iter(written)
        return [b"\0" if value is None else b"\2" + next(rest) for value in values]

    return column


def _value_writer(field: Field) -> WriteColumn:
    match field.kind:
        case "boolean":
            return lambda values: [b"\1" if value else b"\0" for value in values]
        case "double":
            return lambda values: map(struct.Struct("<d").pack, values)
        case "int" | "long":
            return _write_integers
        case "timestamp-micros":
            return _write_micros
        case "decimal":
            # Amounts are repeated less than texts, and still often enough.
            numbers = Memo(partial(_decimal, field))
            return lambda values: map(numbers.__getitem__, map(str, values))
    raise TypeError(f"{field.name} is of an unknown kind, {field.kind!r}")


def _text(value: str) -> bytes:
    if "\0" in value:
        raise ValueError
    data = value.encode()
    return LENGTHS[len(data)] + data


def _optional_text(value: str | None) -> bytes:
    return b"\0" if value is None else b"\2" + _text(value)


def _write_texts(values: Sequence[str]) -> Iterable[bytes]:
    data = list(map(str.encode, values))
    if b"\0" in b"".join(data):
        raise ValueError
    return [LENGTHS[len(text)] + text for text in data]


def _decimal(field: Field, text: str) -> bytes:
    """The bytes of a decimal from its usual text, which has all digits of its scale."""
    if len(text) > field.precision + bool(field.scale):
        raise ValueError
    if field.scale:
        if text[-1 - field.scale] != ".":
            raise ValueError
        text = text.replace(".", "", 1)
    number = int(text)
    data = number.to_bytes((number.bit_length() >> 3) + 1, "big", signed=True)
    return LENGTHS[len(data)] + data


def _write_integers(values: Sequence[int]) -> Iterable[bytes]:
    return [varint((value << 1) ^ (value >> 63)) for value in values]


def _write_micros(values: Sequence[int]) -> Iterable[bytes]:
    if not values or min(values) not in EIGHT_BYTES or max(values) not in EIGHT_BYTES:
        return _write_integers(values)
    # The zigzag of what is not negative is twice the number.
    septets = (np.array(values, np.int64) << 1)[:, None] >> SHIFTS & 0x7F
    septets[:, :-1] |= 0x80
    # The last byte of a varint is never zero, so that this type drops nothing.
    return septets.astype(np.uint8).view("S8").ravel().tolist()
