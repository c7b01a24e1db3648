"""Avro on the wire in Confluent's framing, validated against the contract on the way.

As with JSON there is a careful encoder (`checks`, then fastavro) and a quick one, in `avro_quick`.
The framing: a zero byte, the schema's id in four bytes, the record.
"""

from __future__ import annotations

import io
from typing import Any

import fastavro

from producer.contracts import checks, poison
from producer.contracts.avro_quick import quick_encoder
from producer.contracts.contract import Contract, Field
from producer.contracts.message import Row
from producer.errors import RefusedError

# PostgreSQL's numeric ends at this many digits before the point (documentation, "Numeric Types").
NUMERIC_DIGITS = 131_072
# The length of a string: -5.
NEGATIVE_LENGTH = b"\x09"


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
        self.encode = quick_encoder(contract, self._frame, self.careful)

    def careful(self, row: Row) -> bytes:
        """Any row: each value checked and normalised, then written by fastavro."""
        fields = self._contract.fields
        if len(row) != len(fields):
            raise RefusedError(f"has {len(row)} values; the contract has {len(fields)} fields")
        return self._write([checks.check(f, v) for f, v in zip(fields, row, strict=True)])

    def _write(self, values: list[Any]) -> bytes:
        out = io.BytesIO(self._frame)
        out.seek(0, io.SEEK_END)
        record = dict(zip(self._contract.field_names, values, strict=True))
        fastavro.schemaless_writer(out, self._schema, record)
        return out.getvalue()

    def poison(self, kind: str, row: Row) -> bytes:
        field = poison.target(kind, self._contract, self.overflows)
        if kind == "invalid-bytes":
            return poison.GARBAGE
        if kind == "nul-byte":
            return self._write(poison.replaced(self._contract, row, field, "NUL \0 inside"))
        if kind == "overflow":
            return self._write(poison.replaced(self._contract, row, field, _beyond_numeric(field)))
        # Avro's bytes carry no names and no types: a field is missing when the message ends too
        # early, and a type is wrong when its bytes make no sense.
        good = self._write(list(row))
        if kind == "missing-field":
            return good[:-1]
        return self._frame + NEGATIVE_LENGTH + good[len(self._frame) :]


def _beyond_numeric(field: Field) -> bytes:
    """The unscaled value of a decimal with one digit more than PostgreSQL's numeric holds."""
    number = 10 ** (NUMERIC_DIGITS + field.scale)
    return number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)
