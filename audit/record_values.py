"""The values of a record as the canonical texts of the columns that the sink writes them to."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.registrar.records.contract import DECIMAL, Field

from .sink_columns import Kind

#: Makes the canonical text of a value that is not null; ValueError if it has none.
Convert = Callable[[Any], str]


@dataclass(frozen=True)
class Plan:
    """How records of one contract become canonical texts.

    Attributes:
        names: of the fields, in the columns' order.
        converts: index and function of those whose values are not their texts.
        defaults: index, name and value of those that a record may leave out.
    """

    names: tuple[str, ...]
    converts: tuple[tuple[int, Convert], ...]
    defaults: tuple[tuple[int, str, Any], ...]

    def lacks(self, row: Mapping[str, Any]) -> bool:
        """Whether a record leaves out something that has a default."""
        return any(name not in row for _, name, _ in self.defaults)

    def texts(self, row: Mapping[str, Any], filled: bool = True) -> list[str | None]:
        """The texts of a record's values.

        Args:
            filled: with the defaults of what it leaves out; else with null, which a row has that
                was written before the contract had the field.

        Raises:
            ValueError, TypeError, ArithmeticError: a value is none that the contract allows.
        """
        values = list(map(row.get, self.names))
        for n, name, default in self.defaults if filled else ():
            if name not in row:
                values[n] = default
        for n, convert in self.converts:
            if (value := values[n]) is not None:
                values[n] = convert(value)
        return values


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Digits before or after the point that Postgres' numeric has at most.
LONGEST_NUMBER = 131072

DEBEZIUM = "io.debezium.time."
CONNECT = "org.apache.kafka.connect.data."
UUID = "io.debezium.data.Uuid"
WHOLE = {"int8", "int16", "int32", "int64"}


def plan(fields: Sequence[Field], columns: Mapping[str, Kind]) -> Plan | None:
    """How records of a contract become the texts of these columns.

    Args:
        columns: name of the field -> what its column holds.

    Returns:
        None if records of this contract cannot be compared: they lack a column, or it means
        something else there.
    """
    known = {field.name: field for field in fields}
    converts, defaults = [], []
    for n, (name, kind) in enumerate(columns.items()):
        field = known.get(name)
        convert = converter(field, kind) if field else None
        if field is None or convert is None:
            return None
        if convert is not _text:
            converts.append((n, convert))
        if field.default is not None:
            defaults.append((n, name, field.default))
    return Plan(tuple(columns), tuple(converts), tuple(defaults))


def converter(field: Field, kind: Kind) -> Convert | None:
    """How a field's values become the text of a column's; None if that is not known."""
    match kind:
        case Kind.TEXT:
            return _text if field.type == "string" and field.logical in ("", UUID) else None
        case Kind.UUID:
            return str.lower if field.type == "string" else None
        case Kind.NUMBER:
            is_number = field.logical == DECIMAL or (field.type in WHOLE and not field.logical)
            return _number if is_number else None
        case Kind.FLOAT | Kind.REAL:
            is_float = field.type in ("float", "double")
            return (_float if kind is Kind.FLOAT else _real) if is_float else None
        case Kind.BOOLEAN:
            return _boolean if field.type == "boolean" else None
        case Kind.BYTES:
            return _bytes if field.type == "bytes" and not field.logical else None
        case Kind.DATE:
            return _date if field.logical in (DEBEZIUM + "Date", CONNECT + "Date") else None
        case Kind.TIMESTAMP:
            return _TIMESTAMPS.get(field.logical)


def _text(value: Any) -> str:
    return str(value)


def _number(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    if "e" in text or "E" in text:
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
            raise ValueError(text[:100])
        text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _float(value: Any) -> str:
    return struct.pack(">d", float(value)).hex()


def _real(value: Any) -> str:
    (single,) = struct.unpack(">f", struct.pack(">f", float(value)))
    return _float(single)


def _boolean(value: Any) -> str:
    return str(value).lower()


def _bytes(value: Any) -> str:
    return (value if isinstance(value, bytes) else base64.b64decode(value, validate=True)).hex()


def _date(value: Any) -> str:
    return (date(1970, 1, 1) + timedelta(days=int(value))).isoformat()


def _iso(value: Any) -> str:
    return str((datetime.fromisoformat(value) - EPOCH) // MICROSECOND)


_TIMESTAMPS: dict[str, Convert] = {
    DEBEZIUM + "ZonedTimestamp": _iso,
    DEBEZIUM + "MicroTimestamp": lambda value: str(int(value)),
    DEBEZIUM + "Timestamp": lambda value: str(int(value) * 1000),
    DEBEZIUM + "NanoTimestamp": lambda value: str(int(value) // 1000),
    CONNECT + "Timestamp": lambda value: str(int(value) * 1000),
}
