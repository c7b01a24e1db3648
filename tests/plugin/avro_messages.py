"""Writers' schemas and records drawn at random for a contract: those that fit, and others."""

from __future__ import annotations

import itertools
import json
from decimal import ROUND_DOWN, Decimal, localcontext
from typing import Any

from tests.plugin import avro_oracle, messages, oracle
from tests.plugin.messages import Draw, Schema
from tests.plugin.registry import encoded

NAMES = itertools.count()
SCALARS = ["null", "boolean", "int", "long", "float", "double", "string", "bytes"]
POINTS = [f"{zone}timestamp-{unit}" for zone in ("", "local-") for unit in ("millis", "micros")]
NATURAL: dict[str, list[str]] = {
    **{kind: ["int", "long"] for kind in oracle.WIDTHS},
    "float": ["float", "float", "int"],
    "double": ["double", "double", "float", "int", "long"],
    "boolean": ["boolean"],
    "string": ["string", "string", "enum"],
    "bytes": ["bytes", "fixed"],
    oracle.DECIMAL: ["decimal", "decimal", "fixed decimal", "int", "long"],
    oracle.ZONED: [*POINTS[:2], "timestamp-nanos", "string"],
    "io.debezium.data.Uuid": ["string", "fixed uuid"],
    "struct": ["record"],
    "array": ["array"],
    "map": ["map"],
}
OF_TIMES = {
    "date": ["date", "int"],
    "time": ["time-millis", "time-micros", "int", "long"],
    "timestamp": [*POINTS, "timestamp-nanos", "long"],
}


def writer(draw: Draw, contract: Schema) -> Schema:
    """A record's schema: its fields are the contract's, most of the time."""
    fields = []
    for field in contract["fields"]:
        may_be_missing = field.get("optional") or "default" in field
        if draw.random() < (0.7 if may_be_missing else 0.99):
            fields.append({"name": field["field"], "type": _type(draw, field)})
    if draw.random() < 0.1:
        fields.append({"name": "unknown", "type": draw.choice(SCALARS)})
    draw.shuffle(fields)
    return {"type": "record", "name": f"R{next(NAMES)}", "fields": fields}


def _type(draw: Draw, field: Schema) -> Any:
    kind = _kind(draw, field)
    chance = draw.random()
    if kind == "null" or chance > (0.7 if field.get("optional") else 0.15):
        return kind
    return draw.choice([["null", kind], [kind, "null"]])


def _kind(draw: Draw, field: Schema) -> Any:
    name: str = field.get("name") or field["type"]
    if name in avro_oracle.ASKED:
        natural = OF_TIMES[avro_oracle.ASKED[name][0].removeprefix("local-")]
    else:
        natural = NATURAL.get(name) or NATURAL[field["type"]]
    kind = draw.choice(natural)
    if draw.random() < 0.03:
        kind = draw.choice([*SCALARS, *avro_oracle.UNITS, "decimal", "enum", "fixed uuid"])
    match kind:
        case "record":
            return writer(draw, field)
        case "array":
            return {"type": "array", "items": _type(draw, field["items"])}
        case "map":
            return {"type": "map", "values": _type(draw, field["values"])}
        case _ if kind in avro_oracle.UNITS:
            return {"type": avro_oracle.CARRIERS.get(kind, "long"), "logicalType": kind}
        case _ if kind in SCALARS:
            return kind
        case _:
            return _named(draw, kind, field)


def _named(draw: Draw, kind: str, field: Schema) -> Schema:
    named = {"name": f"N{next(NAMES)}"}
    match kind:
        case "enum":
            return {"type": "enum", **named, "symbols": ["A", "B_1", "C"]}
        case "fixed":
            return {"type": "fixed", **named, "size": draw.randint(1, 9)}
        case "fixed uuid":
            return {"type": "fixed", **named, "size": 16, "logicalType": "uuid"}
    scale = int(field.get("parameters", {}).get("scale", 2))
    scale = max(0, draw.choice([scale, scale, scale - 1, scale + 2]))
    decimal = {"logicalType": "decimal", "precision": scale + 18, "scale": scale}
    if kind == "decimal":
        return {"type": "bytes", **decimal}
    return {"type": "fixed", **named, "size": scale + 18, **decimal}


def value(draw: Draw, schema: Any, field: Schema) -> Any:
    """What a writer writes for a field: most of it fits the contract."""
    if isinstance(schema, list):
        return value(draw, draw.choice(schema), field)
    full = schema if isinstance(schema, dict) else {"type": schema}
    match full["type"]:
        case "array":
            items = field.get("items", field)
            return [value(draw, full["items"], items) for _ in range(draw.randint(0, 3))]
        case "map":
            values = field.get("values", field)
            return {f"k{i}": value(draw, full["values"], values) for i in range(draw.randint(0, 3))}
        case "record":
            fields = {each["field"]: each for each in field.get("fields", [])}
            unknown = {"type": "string"}
            return {
                each["name"]: value(draw, each["type"], fields.get(each["name"], unknown))
                for each in full["fields"]
            }
        case _:
            return _scalar(draw, full, field)


def _scalar(draw: Draw, full: Schema, field: Schema) -> Any:
    name, logical = field.get("name"), full.get("logicalType")
    match full["type"]:
        case "null":
            return None
        case "boolean":
            return draw.random() < 0.5
        case "int" | "long":
            bits = 31 if full["type"] == "int" else 63
            return _clamped(_number(draw, logical, field), bits)
        case "float" | "double":
            return draw.choice(
                [0.0, -0.0, 1.5, float("nan"), float("-inf"), *[draw.gauss(0, 9)] * 9]
            )
        case "string" if name in (oracle.ZONED, "io.debezium.data.Uuid"):
            return json.loads(messages.value(draw, {**field, "optional": False}))
        case "string":
            return json.loads(messages._text(draw))
        case "enum":
            return draw.choice(full["symbols"])
        case "bytes" | "fixed" if logical == "decimal":
            return _decimal(draw, full, field)
        case _:
            return draw.randbytes(full.get("size", draw.randint(0, 9)))


def _clamped(number: int, bits: int) -> int:
    return max(-(2**bits), min(number, 2**bits - 1))


def _number(draw: Draw, logical: str | None, field: Schema) -> int:
    name, kind = field.get("name", ""), field["type"]
    if draw.random() < 0.05:
        return messages._between(draw, -(2**63), 2**63 - 1)
    if name == oracle.ZONED:
        least, most, unit = oracle.FIRST_SECOND, oracle.END_SECOND - 1, 10**9
    elif name in oracle.RANGES:
        (least, most), unit = oracle.RANGES[name], avro_oracle.ASKED[name][1]
    else:
        bits = min(oracle.WIDTHS.get(kind, 24), 53)
        least, most, unit = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1, 1
    number = messages._between(draw, least, most)
    if (logical in avro_oracle.UNITS and unit > 1) or "Nano" in name:
        written = avro_oracle.UNITS.get(logical or "", ("", unit))[1]
        number = number * unit // written
        # Of both units a whole number, or just not.
        number -= number % max(1, unit // written, 1000 // written)
        number += draw.choice([0, 0, 0, 0, 0, 0, 1])
    return number


def _decimal(draw: Draw, schema: Schema, field: Schema) -> bytes:
    size = schema.get("size")
    number = draw.getrandbits(30)
    if field.get("name") == oracle.DECIMAL and draw.random() < 0.9:
        with localcontext(prec=3000):
            drawn = Decimal(messages._decimal(draw, field["parameters"]))
            exact = drawn.scaleb(schema["scale"])
            number = int(exact.to_integral_value(ROUND_DOWN))
    length = size or (number.bit_length() // 8 + 1 + draw.choice([0, 0, 3]))
    if number.bit_length() >= 8 * length:
        number = 0
    return number.to_bytes(length, signed=True)


def record(draw: Draw, schema: Schema, contract: Schema) -> bytes:
    """A record's bytes: a fifth of them have been tampered with."""
    raw = encoded(schema, value(draw, schema, contract))
    if draw.random() > 0.2:
        return raw
    at = draw.randrange(len(raw) + 1)
    byte = bytes([draw.choice([0, 1, 2, 3, 4, 0x7F, 0x80, 0xC0, 0xED, 0xFF, draw.randrange(256)])])
    return draw.choice(
        [
            raw[:at],
            raw + byte,
            raw[:at] + byte + raw[at:],
            raw[:at] + byte + raw[at + 1 :],
            raw[:at] + b"\xff" * 9 + byte + raw[at:],
            raw[:at] + draw.randbytes(5),
        ]
    )
