"""What an Avro message must become by a contract, written a second time, in Python and for reading.

First the bytes become values that say what they are, then the contract takes them or does not.
Texts and ranges are those of `oracle`.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

from tests.plugin import oracle
from tests.plugin.oracle import Number, Options, Refused

Schema = dict[str, Any]
# Nanoseconds in one, by Avro's logical types: of a day, of a moment, of a time without a zone.
UNITS = {
    f"{kind}-{name}": (kind, nanoseconds)
    for kind in ("time", "timestamp", "local-timestamp")
    for name, nanoseconds in {"millis": 10**6, "micros": 1000, "nanos": 1}.items()
    if (kind, name) != ("time", "nanos")
} | {"date": ("date", 1)}
ASKED = {
    oracle.DEBEZIUM + "Timestamp": UNITS["local-timestamp-millis"],
    oracle.DEBEZIUM + "MicroTimestamp": UNITS["local-timestamp-micros"],
    oracle.DEBEZIUM + "NanoTimestamp": UNITS["local-timestamp-nanos"],
    oracle.DEBEZIUM + "Time": UNITS["time-millis"],
    oracle.DEBEZIUM + "MicroTime": UNITS["time-micros"],
    oracle.DEBEZIUM + "NanoTime": ("time", 1),
    oracle.DEBEZIUM + "Date": UNITS["date"],
    oracle.CONNECT + "Timestamp": UNITS["timestamp-millis"],
    oracle.CONNECT + "Time": UNITS["time-millis"],
    oracle.CONNECT + "Date": UNITS["date"],
}
CARRIERS = {"date": "int", "time-millis": "int"}


@dataclass(frozen=True)
class Value:
    """What was written.

    Attributes:
        kind: null, boolean, whole, floating, decimal, text, bytes, record, array, map, or a logical
            type that is a time.
    """

    kind: str
    value: Any


def convert(contract: Schema, schema: Any, record: bytes, options: Options) -> Any:
    """The value of a record's bytes, in the form in which the harness writes it.

    Raises:
        Refused: the bytes are not of the schema, or do not fit the contract.
    """
    read = Reader(record)
    written = read.value(schema)
    if read.at != len(record):
        raise Refused
    return fit(contract, written, options)


class Reader:
    """Avro's binary encoding, without any leniency."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def value(self, schema: Any) -> Value:
        if isinstance(schema, list):
            return self.value(schema[self._index(len(schema))])
        full = schema if isinstance(schema, dict) else {"type": schema}
        match full["type"]:
            case "array":
                return Value("array", self._blocks(lambda: self.value(full["items"])))
            case "map":
                return Value("map", self._blocks(lambda: self._entry(full["values"])))
            case "record":
                fields = [(field["name"], self.value(field["type"])) for field in full["fields"]]
                return Value("record", fields)
            case "enum":
                return Value("text", full["symbols"][self._index(len(full["symbols"]))])
            case "bytes" | "fixed":
                return self._raw(full)
            case kind:
                return self._scalar(kind, full.get("logicalType"))

    def _raw(self, schema: Schema) -> Value:
        raw = self._sized() if schema["type"] == "bytes" else self._take(schema["size"])
        match schema.get("logicalType"):
            case "decimal":
                return Value("decimal", (raw, schema["scale"]))
            case "uuid":
                digits = raw.hex()
                parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
                return Value("text", "-".join(parts))
            case _:
                return Value("bytes", raw)

    def _scalar(self, kind: str, logical: str | None) -> Value:
        match kind:
            case "null":
                return Value("null", None)
            case "boolean":
                (byte,) = self._take(1)
                if byte > 1:
                    raise Refused
                return Value("boolean", byte == 1)
            case "int" | "long":
                number = self._number()
                if kind == "int" and not -(2**31) <= number < 2**31:
                    raise Refused
                is_time = logical in UNITS and CARRIERS.get(logical, "long") == kind
                return Value(logical if is_time and logical else "whole", number)
            case "float" | "double":
                size, form = (4, "<f") if kind == "float" else (8, "<d")
                return Value("floating", struct.unpack(form, self._take(size))[0])
            case _:
                try:
                    return Value("text", self._sized().decode())
                except UnicodeDecodeError:
                    raise Refused from None

    def _entry(self, schema: Any) -> tuple[Value, Value]:
        return self.value("string"), self.value(schema)

    def _blocks(self, read: Any) -> list[Any]:
        found: list[Any] = []
        while count := self._number():
            end = None
            if count < 0:
                count, length = -count, self._number()
                end = self.at + length
                if length < 0 or end > len(self._data):
                    raise Refused
            for _ in range(count):
                before = self.at
                found.append(read())
                # None of the contracts drawn here has items without bytes.
                if before == self.at:
                    raise Refused
            if end not in (None, self.at):
                raise Refused
        return found

    def _index(self, count: int) -> int:
        index = self._number()
        if not 0 <= index < count:
            raise Refused
        return index

    def _number(self) -> int:
        number = shift = 0
        while True:
            (byte,) = self._take(1)
            number |= (byte & 0x7F) << shift
            shift += 7
            if number >= 2**64 or (byte & 0x80 and shift > 63):
                raise Refused
            if not byte & 0x80:
                return number // 2 if number % 2 == 0 else -(number // 2) - 1

    def _sized(self) -> bytes:
        return self._take(self._number())

    def _take(self, size: int) -> bytes:
        if not 0 <= size <= len(self._data) - self.at:
            raise Refused
        self.at += size
        return self._data[self.at - size : self.at]


def fit(schema: Schema, written: Value, options: Options) -> Any:
    """A written value as the contract's."""
    kind, name, value = schema["type"], schema.get("name"), written.value
    if written.kind in UNITS and (name in ASKED or name == oracle.ZONED):
        return _time(schema, UNITS[written.kind], value, options)
    match written.kind, kind:
        case "null", _:
            return oracle.read(schema, None, options)
        case ("record", "struct") | ("array", "array") | ("map", "map"):
            return _container(schema, value, options)
        case "boolean", "boolean":
            return value
        case "text", "string":
            return oracle.read(schema, value, options)
        case "bytes", "bytes" if name != oracle.DECIMAL:
            return value.hex()
        case "whole" | "decimal", "bytes" if name == oracle.DECIMAL:
            return oracle.read(schema, _digits(written), options)
        case "whole" | "floating", "float" | "double":
            return _floating(kind, value)
        case "whole", "int8" | "int16" | "int32" | "int64":
            return oracle.read(schema, Number(value), options)
        case _:
            raise Refused


def _container(schema: Schema, written: Any, options: Options) -> Any:
    if schema["type"] == "struct":
        return _struct(schema, written, options)
    if schema["type"] == "array":
        return [fit(schema["items"], each, options) for each in written]
    keys = [oracle._text(key.value) for key, _ in written]
    if len({*keys}) < len(keys):
        raise Refused
    values = [fit(schema["values"], each, options) for _, each in written]
    return dict(zip(keys, values, strict=True))


def _struct(schema: Schema, written: list[tuple[str, Value]], options: Options) -> dict[str, Any]:
    fields = {field["field"]: field for field in schema["fields"]}
    if options.unknown_fields == "fail" and any(name not in fields for name, _ in written):
        raise Refused
    present = {name: fit(fields[name], each, options) for name, each in written if name in fields}
    rest = {"type": "struct", "fields": [f for n, f in fields.items() if n not in present]}
    return present | oracle.read(rest, oracle.Object(), options)


def _digits(written: Value) -> Number:
    if written.kind == "whole":
        return Number(written.value)
    raw, scale = written.value
    if not raw or len(raw) > 400:
        raise Refused
    return Number(f"{int.from_bytes(raw, signed=True)}e-{scale}")


def _floating(kind: str, value: float) -> str:
    form = ">d" if kind == "double" else ">f"
    try:
        packed = struct.pack(form, value)
    except OverflowError:
        raise Refused from None
    if not math.isfinite(value) or struct.unpack(form, packed)[0] != value:
        raise Refused
    return f"{int.from_bytes(packed, 'big'):x}"


def _time(schema: Schema, written: tuple[str, int], count: int, options: Options) -> Any:
    kind, nanoseconds = written
    zoned = schema["name"] == oracle.ZONED
    asked, unit = ("timestamp", 1000) if zoned else ASKED[schema["name"]]
    alike = asked if zoned else asked.removeprefix("local-")
    if alike != (kind if zoned else kind.removeprefix("local-")):
        raise Refused
    number, finer = divmod(count * nanoseconds, unit)
    if finer and (options.sub_microseconds == "fail" or unit != 1000):
        raise Refused
    return _text(number) if zoned else oracle.read(schema, Number(number), options)


def _text(microseconds: int) -> str:
    """A moment as ISO 8601 in UTC, seconds and decimals only where they are needed."""
    second, micros = divmod(microseconds, 10**6)
    if not oracle.FIRST_SECOND <= second < oracle.END_SECOND:
        raise Refused
    day, of_day = divmod(second, oracle.DAY)
    year = 1970 + day // 366 - (day < 0) * 30
    while oracle.days(year + 1, 1, 1) <= day:
        year += max(1, (day - oracle.days(year + 1, 1, 1)) // 366)
    while oracle.days(year, 1, 1) > day:
        year -= 1
    month = max(m for m in range(1, 13) if oracle.days(year, m, 1) <= day)
    date = f"{day - oracle.days(year, month, 1) + 1:02d}"
    sign = "+" if year > 9999 else "-" if year < 0 else ""
    seconds = f":{of_day % 60:02d}" if of_day % 60 or micros else ""
    decimals = f".{micros:06d}" if micros % 1000 else f".{micros // 1000:03d}" if micros else ""
    clock = f"{of_day // 3600:02d}:{of_day // 60 % 60:02d}{seconds}{decimals}"
    return f"{sign}{abs(year):04d}-{month:02d}-{date}T{clock}Z"
