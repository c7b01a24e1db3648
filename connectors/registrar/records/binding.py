"""Connect values to parameters of an INSERT, as the Debezium JDBC sink binds them for Postgres.

Text is sent without a type, so that Postgres reads it as the column's. Times are written with
Julian days, which cover Postgres' whole range; the session must be in UTC, as the values are.
Source: the types under io.debezium.connector.jdbc.type of Debezium 3.6.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connectors.registrar.records.errors import UnsupportedError

Bind = Callable[[Any], Any]

JULIAN_DAY_OF_EPOCH = 2_440_588
DAY_MICROS = 86_400_000_000

# java.time's ISO_OFFSET_DATE_TIME, which is stricter than Postgres: no blank, no hour 24.
_ISO = re.compile(
    r"(?P<sign>[+-]?)(?P<year>\d{4,9})-(?P<date>\d\d-\d\d)"
    r"T(?P<minute>(?:[01]\d|2[0-3]):[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.(?P<nanos>\d{0,9}))?)?"
    r"(?P<zone>Z|[+-](?:0\d|1[0-8]):[0-5]\d(?::[0-5]\d)?)",
    re.IGNORECASE | re.ASCII,
)


def binder(schema: dict[str, Any]) -> Bind:
    """The function that makes a parameter of a non-null value of this schema.

    Raises:
        UnsupportedError: the sink would do something that is not known here.
    """
    name, kind = schema.get("name"), schema["type"]
    bind = _BY_NAME.get(name) if name else _BY_TYPE.get(kind)
    if bind is None:
        raise UnsupportedError(f"field {schema['field']}: type {name or kind} is not understood")
    return bind


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError("the text has a NUL byte, which no Postgres text can hold")
    # Java writes half of a surrogate pair as a question mark.
    return value.encode("utf-8", "replace").decode()


def _zoned(value: str) -> str:
    """An ISO-8601 time with its offset, nanoseconds rounded half up to microseconds.

    Raises:
        ValueError: java.time would not parse it.
    """
    if value in ("infinity", "-infinity"):
        return value
    match = _ISO.fullmatch(value)
    if not match:
        raise ValueError("the text is not an ISO-8601 time with an offset")
    year = int(match["sign"] + match["year"])
    era, year = (" BC", 1 - year) if year < 1 else ("", year)
    micros = (int((match["nanos"] or "").ljust(9, "0")) + 500) // 1000
    # A second of 60 rolls over to the next minute in Postgres.
    second = int(match["second"] or 0) + micros // 1_000_000
    clock = f"{match['minute']}:{second:02d}.{micros % 1_000_000:06d}{match['zone']}"
    return f"{year:04d}-{match['date']} {clock}{era}"


def _micros(value: int) -> str:
    """Microseconds since 1970 as a timestamp."""
    days, rest = divmod(value, DAY_MICROS)
    seconds, micros = divmod(rest, 1_000_000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{micros:06d}"
    return f"J{JULIAN_DAY_OF_EPOCH + days} {clock}"


def _days(value: int) -> str:
    """Days since 1970 as a date."""
    return f"J{JULIAN_DAY_OF_EPOCH + value}"


def _same(value: Any) -> Any:
    return value


_BY_NAME: dict[str, Bind] = {
    "org.apache.kafka.connect.data.Decimal": str,
    "org.apache.kafka.connect.data.Date": _days,
    "org.apache.kafka.connect.data.Timestamp": lambda millis: _micros(millis * 1000),
    "io.debezium.time.Date": _days,
    "io.debezium.time.Timestamp": lambda millis: _micros(millis * 1000),
    "io.debezium.time.MicroTimestamp": _micros,
    "io.debezium.time.NanoTimestamp": lambda nanos: _micros((nanos + 500) // 1000),
    "io.debezium.time.ZonedTimestamp": _zoned,
    "io.debezium.data.Uuid": _text,
}
_BY_TYPE: dict[str, Bind] = {
    "string": _text,
    "boolean": _same,
    "int8": _same,
    "int16": _same,
    "int32": _same,
    "int64": _same,
    "float": _same,
    "double": _same,
    "bytes": _same,
}
