"""The quick Avro encoder: Python source compiled from the contract.

Like `json_quick`: it knows the usual shape of each type only, and leaves every other row to the
careful encoder. fastavro, which interprets the schema for each record, takes three times as long.
Encoding: Avro 1.12 specification, "Binary encoding".
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from producer.contracts.checks import LAST_MICRO
from producer.contracts.contract import Contract, Field
from producer.contracts.message import Careful, Encode, one_by_one
from producer.contracts.remembered import Remembered

TEMPLATE = """
def encode(rows):
    out = []
    for row in rows:
        try:
            {names} = row
            {guards}
            out.append(({key}, join((frame, {parts}))))
        except (TypeError, ValueError, IndexError, AttributeError, ArithmeticError):
            out.append(unusual(row))
    return out
"""


def quick_encoder(contract: Contract, frame: bytes, careful: Careful) -> Encode:
    """A function from rows to messages in Avro, which hands unusual rows to ``careful``."""
    # Fields may be called like Python's words, or like the functions below.
    variables = [f"v{index}" for index in range(len(contract.fields))]
    named = list(zip(contract.fields, variables, strict=True))
    guards = [
        line for field, name in named for line in _guards(field, name, field.name == contract.key)
    ]
    source = TEMPLATE.format(
        names=", ".join(variables) + ",",
        # The guards of the key leave its bytes.
        key=variables[contract.key_index],
        guards="\n            ".join(guards),
        parts=", ".join(_parts(field, name, field.name == contract.key) for field, name in named),
    )
    scope: dict[str, Any] = {
        **{"unusual": one_by_one(careful, contract.key_index), "frame": frame, "join": b"".join},
        **{"Decimal": Decimal, "pack": struct.Struct("<d").pack, "varint": varint},
        **{"lengths": LENGTHS, "middle": MIDDLE, "upper": Remembered(varint)},
        **{"texts": Remembered(_text), "optional_texts": Remembered(_optional_text)},
        # Amounts are repeated less than texts, and still often enough.
        **{
            f"decimals_{name}": Remembered(_decimal(field))
            for field, name in named
            if field.kind == "decimal"
        },
    }
    exec(compile(source, f"<Avro encoder of {contract.name}>", "exec"), scope)
    encode: Encode = scope["encode"]
    return encode


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
# Two bytes in the middle of a varint: 14 bits, both with the sign that more follows.
MIDDLE = [bytes((low & 0x7F | 0x80, low >> 7 | 0x80)) for low in range(1 << 14)]


def _text(value: str) -> bytes:
    if "\0" in value:
        raise ValueError
    data = value.encode()
    return LENGTHS[len(data)] + data


def _optional_text(value: str | None) -> bytes:
    return b"\0" if value is None else b"\2" + _text(value)


def _decimal(field: Field) -> Callable[[str], bytes]:
    """A function from the usual text of a decimal, with all digits of its scale, to its bytes."""
    digits, point = field.precision + bool(field.scale), -1 - field.scale

    def convert(text: str) -> bytes:
        if len(text) > digits or (field.scale and text[point] != ".") or "E" in text:
            raise ValueError
        number = int(text.replace(".", "", 1))
        data = number.to_bytes((number.bit_length() >> 3) + 1, "big", signed=True)
        return LENGTHS[len(data)] + data

    return convert


def _guards(field: Field, name: str, is_key: bool) -> list[str]:
    """Statements that raise unless the value has the usual shape of its type, and prepare it."""
    lines = {
        "string": [f"if '\\0' in {name}: raise ValueError", f"{name} = {name}.encode()"]
        if is_key
        else [],
        "boolean": [f"if type({name}) is not bool: raise TypeError"],
        "double": [f"if type({name}) is not float or {name} - {name} != 0: raise TypeError"],
        "int": [*_range(name, -(1 << 31), (1 << 31) - 1), _zigzag(name)],
        "long": [*_range(name, -(1 << 63), (1 << 63) - 1), _zigzag(name)],
        # Shorter varints have no middle, and zigzag of what is not negative is twice the number.
        "timestamp-micros": [*_range(name, 1 << 27, LAST_MICRO), f"{name} <<= 1"],
        "decimal": [f"if type({name}) is not Decimal: raise TypeError"],
    }[field.kind]
    if not field.optional or not lines:
        return lines
    return [f"if {name} is not None:", *(f"    {line}" for line in lines)]


def _range(name: str, first: int, last: int) -> list[str]:
    return [f"if type({name}) is not int or not {first} <= {name} <= {last}: raise TypeError"]


def _zigzag(name: str) -> str:
    return f"{name} = ({name} << 1) ^ ({name} >> 63)"


def _parts(field: Field, name: str, is_key: bool) -> str:
    """Expressions for the bytes of a value that passed its guards."""
    if field.kind == "string" and not is_key:
        return f"{'optional_texts' if field.optional else 'texts'}[{name}]"
    code = {
        "string": f"lengths[len({name})], {name}",
        "boolean": f"b'\\1' if {name} else b'\\0'",
        "double": f"pack({name})",
        "int": f"varint({name})",
        "long": f"varint({name})",
        "timestamp-micros": f"middle[{name} & 16383], middle[{name} >> 14 & 16383], "
        f"upper[{name} >> 28]",
        "decimal": f"decimals_{name}[str({name})]",
    }[field.kind]
    if not field.optional:
        return code
    return f"*((b'\\0',) if {name} is None else (b'\\2', {code}))"
