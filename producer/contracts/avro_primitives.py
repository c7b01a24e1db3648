"""Avro's binary encoding of single values, for the usual shape of each type; anything else raises
TypeError, ValueError, IndexError, AttributeError or ArithmeticError, and takes the careful way."""

from __future__ import annotations

import math
import struct
from decimal import Decimal

from producer.contracts.checks import FIRST_MICRO, LAST_MICRO
from producer.contracts.remembered import Remembered

_double = struct.Struct("<d").pack


def varint(number: int) -> bytes:
    """A non-negative number, seven bits a byte, the lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


LENGTHS = [varint(size << 1) for size in range(8192)]
# Two bytes of a longer varint: 14 bits, both with the sign that more follows.
MIDDLE = [bytes((low & 0x7F | 0x80, low >> 7 | 0x80)) for low in range(1 << 14)]


def text(value: str) -> bytes:
    if "\0" in value:
        raise ValueError
    data = value.encode()
    return LENGTHS[len(data)] + data


texts = Remembered(text)


def boolean(value: bool) -> bytes:
    if type(value) is not bool:
        raise TypeError
    return b"\1" if value else b"\0"


def double(value: float) -> bytes:
    if type(value) is not float or not math.isfinite(value):
        raise TypeError
    return _double(value)


# The upper part of a varint: of timestamps it changes every two minutes.
upper = Remembered(varint)


def long(value: int, bits: int = 64) -> bytes:
    if type(value) is not int or not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise TypeError
    zigzag = (value << 1) ^ (value >> 63)
    if zigzag < 1 << 28:
        return varint(zigzag)
    return MIDDLE[zigzag & 0x3FFF] + MIDDLE[zigzag >> 14 & 0x3FFF] + upper[zigzag >> 28]


def micros(value: int) -> bytes:
    if type(value) is not int or not FIRST_MICRO <= value <= LAST_MICRO:
        raise ValueError
    return long(value)


def decimal(value: Decimal, scale: int, longest: int) -> bytes:
    """Two's complement of the digits, for a Decimal with exactly ``scale`` of them behind the
    point and a text of at most ``longest`` characters."""
    digits = str(value)
    if type(value) is not Decimal or len(digits) > longest or "E" in digits:
        raise TypeError
    if scale:
        if digits[-1 - scale] != ".":
            raise ValueError
        digits = digits.replace(".", "")
    number = int(digits)
    data = number.to_bytes((number.bit_length() >> 3) + 1, "big", signed=True)
    return LENGTHS[len(data)] + data
