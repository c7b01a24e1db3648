"""What a message must become by a contract, written a second time, in Python and for reading.

Nothing here is fast, and nothing is shared with the converter but its documentation.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import struct
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

DECIMAL = "org.apache.kafka.connect.data.Decimal"
CONNECT = "org.apache.kafka.connect.data."
DEBEZIUM = "io.debezium.time."
ZONED = DEBEZIUM + "ZonedTimestamp"

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 100
MAX_DIGITS = 1000
MAX_NAME_BYTES = 1000


class Refused(Exception):  # noqa: N818
    """The message is a dead letter."""


class Number(str):
    """A JSON number as it was written."""


class Object(list[tuple[str, Any]]):
    """A JSON object as it was written: repeated names are still there."""


@dataclass(frozen=True)
class Options:
    """The converter's settings."""

    unknown_fields: str = "fail"
    sub_microseconds: str = "fail"


def days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar; year 0 is 1 BC."""
    y = year - (month <= 2)
    era, of_era = divmod(y, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


FIRST_DAY = days(-4712, 11, 24)
FIRST_SECOND, END_SECOND = FIRST_DAY * 86400, days(294277, 1, 1) * 86400
INT64 = (-(2**63), 2**63 - 1)
DAY = 86400
# Least and greatest number by logical type.
RANGES = {
    DEBEZIUM + "Timestamp": (FIRST_SECOND * 1000, END_SECOND * 1000 - 1),
    DEBEZIUM + "MicroTimestamp": (FIRST_SECOND * 10**6, INT64[1]),
    DEBEZIUM + "NanoTimestamp": (-9223372036854775000, INT64[1]),
    DEBEZIUM + "Date": (FIRST_DAY, days(5874897, 12, 31)),
    DEBEZIUM + "Time": (0, DAY * 1000 - 1),
    DEBEZIUM + "MicroTime": (0, DAY * 10**6 - 1),
    DEBEZIUM + "NanoTime": (0, DAY * 10**9 - 1),
    CONNECT + "Timestamp": (FIRST_SECOND * 1000, END_SECOND * 1000 - 1),
    CONNECT + "Date": (FIRST_DAY, days(5874897, 12, 31)),
    CONNECT + "Time": (0, DAY * 1000 - 1),
}
WIDTHS = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}


def convert(contract: dict[str, Any], message: bytes | None, options: Options) -> Any:
    """The value of a message, in the form in which the harness writes it.

    Raises:
        Refused: the message does not fit the contract.
    """
    if message is None:
        return None
    return read(contract, parse(message), options)


def parse(message: bytes) -> Any:
    """JSON by RFC 8259, within the converter's bounds."""
    if len(message) > MAX_BYTES:
        raise Refused
    try:
        text = message.decode()
        decoder = json.JSONDecoder(
            parse_float=_number,
            parse_int=_number,
            parse_constant=_refuse,
            object_pairs_hook=_object,
        )
        value = decoder.decode(text)
    except (ValueError, RecursionError):
        raise Refused from None
    _bounded(value, 0)
    return value


def _refuse(_: str) -> Any:
    raise Refused


def _number(text: str) -> Number:
    if sum(c.isdigit() for c in text) > MAX_DIGITS:
        raise Refused
    return Number(text)


def _object(pairs: list[tuple[str, Any]]) -> Object:
    # A name of half a surrogate pair is none (UnicodeEncodeError is a ValueError), ignored or not.
    if any(len(name.encode()) > MAX_NAME_BYTES for name, _ in pairs):
        raise Refused
    return Object(pairs)


def _bounded(value: Any, depth: int) -> None:
    if isinstance(value, list):
        if depth == MAX_DEPTH:
            raise Refused
        for each in value:
            _bounded(each[1] if isinstance(value, Object) else each, depth + 1)


def read(schema: dict[str, Any], value: Any, options: Options) -> Any:
    """A value by its schema."""
    if value is None:
        if schema.get("optional"):
            return None
        raise Refused
    kind, name = schema["type"], schema.get("name")
    if name == DECIMAL:
        return _decimal(schema, value)
    if kind == "struct":
        return _struct(schema, value, options)
    if kind == "map":
        return _map(schema, value, options)
    if kind == "array":
        if not isinstance(value, list) or isinstance(value, Object):
            raise Refused
        return [read(schema["items"], each, options) for each in value]
    if kind == "boolean":
        if not isinstance(value, bool):
            raise Refused
        return value
    if kind in WIDTHS:
        return _whole(kind, name, value, options)
    if kind in ("float", "double"):
        return _floating(kind, value)
    if not isinstance(value, str) or isinstance(value, Number):
        raise Refused
    if kind == "bytes":
        return _bytes(value)
    if name == ZONED:
        return _zoned(value, options)
    if name == "io.debezium.data.Uuid" and not re.fullmatch(
        r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value
    ):
        raise Refused
    return _text(value)


def _struct(schema: dict[str, Any], value: Any, options: Options) -> dict[str, Any]:
    if not isinstance(value, Object):
        raise Refused
    fields = {field["field"]: field for field in schema["fields"]}
    found: dict[str, Any] = {}
    for name, each in value:
        if name in found or (name not in fields and options.unknown_fields == "fail"):
            raise Refused
        if name in fields:
            found[name] = read(fields[name], each, options)
    for name, field in fields.items():
        if name not in found:
            if "default" in field:
                default = parse(json.dumps(field["default"]).encode())
                found[name] = read(field, default, options)
            elif field.get("optional"):
                found[name] = None
            else:
                raise Refused
    return found


def _map(schema: dict[str, Any], value: Any, options: Options) -> dict[str, Any]:
    if not isinstance(value, Object) or len({name for name, _ in value}) < len(value):
        raise Refused
    return {_text(name): read(schema["values"], each, options) for name, each in value}


def _text(value: str) -> str:
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise Refused
    return value


def _bytes(value: str) -> str:
    try:
        decoded = base64.b64decode(value.encode(), validate=True)
    except (binascii.Error, ValueError):
        raise Refused from None
    if base64.b64encode(decoded).decode() != value:
        raise Refused
    return decoded.hex()


def _whole(kind: str, name: str | None, value: Any, options: Options) -> int:
    if not isinstance(value, Number) or not re.fullmatch(r"-?\d+", value):
        raise Refused
    number = int(value)
    width = WIDTHS[kind]
    least, most = RANGES.get(name or "", (-(2 ** (width - 1)), 2 ** (width - 1) - 1))
    if not least <= number <= most:
        raise Refused
    if name in (DEBEZIUM + "NanoTimestamp", DEBEZIUM + "NanoTime"):
        if number % 1000 and options.sub_microseconds == "fail":
            raise Refused
        return number - number % 1000
    # As the milliseconds of a java.util.Date.
    return number * DAY * 1000 if name == CONNECT + "Date" else number


def _decimal(schema: dict[str, Any], value: Any) -> str:
    if not isinstance(value, Number):
        raise Refused
    scale = int(schema["parameters"]["scale"])
    precision = int(schema["parameters"].get("connect.decimal.precision", MAX_DIGITS))
    match = re.fullmatch(r"(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?", value)
    assert match
    sign, whole, fraction, exponent = match.groups(default="")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return "0" if scale <= 0 else "0." + "0" * scale
    # The number is unscaled * 10 ** power, without zeros at its end.
    unscaled = digits.rstrip("0")
    power = int(exponent or 0) - len(fraction) + len(digits) - len(unscaled)
    if power < -scale or len(unscaled) + power > precision - scale:
        raise Refused
    with localcontext(prec=5000):
        plain = Decimal(unscaled).scaleb(power)
        return sign + (f"{plain:.{scale}f}" if scale > 0 else f"{plain:.0f}")


def _floating(kind: str, value: Any) -> str:
    if not isinstance(value, Number):
        raise Refused
    zero = not re.sub(r"[eE].*", "", value).strip("-0.")
    number = float(value) if kind == "double" else _single(value)
    if number in (float("inf"), float("-inf")) or (number == 0 and not zero):
        raise Refused
    bits = struct.pack(">d" if kind == "double" else ">f", number)
    return f"{int.from_bytes(bits, 'big'):x}"


def _single(text: str) -> float:
    """The nearest 32-bit float, rounded once, to even."""
    decimal = Decimal(text)
    if not decimal or decimal.adjusted() < -60:
        return -0.0 if text.startswith("-") else 0.0
    exact = abs(Fraction(decimal)) if decimal.adjusted() < 60 else Fraction(2) ** 200
    sign = -1.0 if text.startswith("-") else 1.0
    if exact >= Fraction(2**25 - 1, 2**24) * Fraction(2) ** 127:
        return sign * float("inf")
    near = int.from_bytes(struct.pack(">f", min(float(exact), 3.4028234663852886e38)), "big")
    candidates = [bits for bits in (near - 1, near, near + 1) if 0 <= bits <= 0x7F7FFFFF]

    def distance(bits: int) -> tuple[Fraction, int]:
        (candidate,) = struct.unpack(">f", bits.to_bytes(4, "big"))
        return abs(Fraction(candidate) - exact), bits % 2

    (found,) = struct.unpack(">f", min(candidates, key=distance).to_bytes(4, "big"))
    return sign * float(found)


TIME = re.compile(
    r"([0-9]{4}|\+[1-9][0-9]{4,5}|-(?!0000)(?:[0-9]{4}|[1-9][0-9]{4,5}))-([0-9]{2})-([0-9]{2})"
    r"T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|([+-])([0-9]{2}):([0-9]{2}))"
)


def _zoned(text: str, options: Options) -> str:
    match = TIME.fullmatch(text)
    if not match:
        raise Refused
    if not FIRST_SECOND <= moment(text) < END_SECOND:
        raise Refused
    fraction = match[7] or ""
    if not fraction[6:].strip("0"):
        return text
    if options.sub_microseconds == "fail":
        raise Refused
    return text[: match.start(7) + 6] + text[match.end(7) :]


def moment(text: str) -> Decimal:
    """Seconds since 1970 of a time of the form TIME.

    Raises:
        Refused: there is no such time.
    """
    match = TIME.fullmatch(text)
    assert match
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        raise Refused
    if hour > 23 or minute > 59 or second > 59:
        raise Refused
    east = 60 * int(match[10] or 0) + int(match[11] or 0)
    if int(match[11] or 0) > 59 or east > 18 * 60:
        raise Refused
    east *= -60 if match[9] == "-" else 60
    whole = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - east
    return whole + Decimal(f"0.{match[7] or 0}")
