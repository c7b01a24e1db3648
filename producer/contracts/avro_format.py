"""Avro on the wire in Confluent's framing, validated against the contract on the way.

As with JSON there is a careful encoder (`checks`, then fastavro) and a quick one that is compiled
from the contract and leaves every unusual row to the careful one: fastavro, which interprets the
schema for each record, takes four times as long (`make bench`). Encoding: Avro 1.12
specification, "Binary encoding"; framing: a zero byte, the schema's id in four bytes, the record.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import fastavro

from producer.contracts import avro_primitives, checks, poison
from producer.contracts.contract import Contract, Field
from producer.errors import RefusedError

Row = tuple[Any, ...]
Encode = Callable[[Row], bytes]

TEMPLATE = """
def encode(row):
    try:
        {names} = row
        return frame + {body}
    except (TypeError, ValueError, IndexError, AttributeError, ArithmeticError):
        return careful(row)
"""
# A decimal of more than 131072 digits, which is where PostgreSQL's numeric ends.
BEYOND_NUMERIC = (10**131_073).to_bytes(54_500, "big", signed=True)
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
        self.encode = self._compile()

    def _compile(self) -> Encode:
        fields, key = self._contract.fields, self._contract.key
        # Fields may be called like Python's words, or like our functions.
        variables = [f"v{index}" for index in range(len(fields))]
        named = zip(fields, variables, strict=True)
        steps = [_expression(field, name, field.name == key) for field, name in named]
        source = TEMPLATE.format(names=", ".join(variables) + ",", body=" + ".join(steps))
        scope: dict[str, Any] = {"careful": self.careful, "frame": self._frame}
        scope |= vars(avro_primitives)
        exec(compile(source, f"<Avro encoder of {self._contract.name}>", "exec"), scope)
        encode: Encode = scope["encode"]
        return encode

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
            return self._write(poison.replaced(self._contract, row, field, BEYOND_NUMERIC))
        # Avro's bytes carry no names and no types: a field is missing when the message ends too
        # early, and a type is wrong when its bytes make no sense.
        good = self._write(list(row))
        if kind == "missing-field":
            return good[:-1]
        return self._frame + NEGATIVE_LENGTH + good[len(self._frame) :]


def _expression(field: Field, name: str, is_key: bool) -> str:
    """The bytes of one variable's value; most texts are remembered, but each key is new."""
    longest = field.precision + bool(field.scale)
    code = {
        "string": f"text({name})" if is_key else f"texts[{name}]",
        "boolean": f"boolean({name})",
        "int": f"long({name}, 32)",
        "long": f"long({name})",
        "double": f"double({name})",
        "timestamp-micros": f"micros({name})",
        "decimal": f"decimal({name}, {field.scale}, {longest})",
    }[field.kind]
    return f"(b'\\0' if {name} is None else b'\\2' + {code})" if field.optional else code
