"""Contracts and messages drawn at random: valid ones, nearly valid ones, hostile ones."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from typing import Any

from tests.plugin import oracle

Draw = random.Random
Schema = dict[str, Any]

LETTERS = [
    "a",
    "z",
    "0",
    " ",
    '"',
    "\\",
    "/",
    "\t",
    "\n",
    "\x7f",
    "é",
    "ß",
    "€",
    "\u2028",
    "\ufeff",
    "💶",
    "字",
]
NAMES = ["id", "amount", "at", "über", "a b", "x.y", 'q"', "ID", "n", "note", "💶", "type"]
SCALARS = ["int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes"]
LOGICAL = [oracle.DECIMAL, oracle.ZONED, "io.debezium.data.Uuid", *oracle.RANGES]
#: Pieces of JSON that are wrong for most fields, by their type, range or form.
HOSTILE = [
    *("null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e2", "1E400", "-1e400", "1e-400"),
    *("127", "128", "-129", "32768", "2147483648", "4294967297", "9223372036854775808"),
    *(
        "9223372036854775807",
        "-9223372036854775808",
        "-9223372036854775809",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
    ),
    *(
        "1e40000000",
        "1e2147483647",
        "1e2147483648",
        "1e-2147483647",
        "0e2147483647",
        "1e99999999999",
    ),
    *("0.1", "0.005", "12345678901234567890.123456789", "1" * 999, "9" * 1001, "1" * 100_000),
    *(
        "0." + "0" * 900 + "1",
        "1." + "0" * 900,
        "0x10",
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "True",
    ),
    *(
        '""',
        '"1"',
        '"12.34"',
        '"abcd"',
        '"BNI="',
        '"QR=="',
        '"QQ"',
        '"QQ=="',
        '"true"',
        '"null"',
        "'a'",
    ),
    *(
        '"\\u0000"',
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '"\\ud83d\\ude00"',
        '"\\x41"',
        '"\\u12"',
        '"a\tb"',
    ),
    *(
        "[]",
        "{}",
        "[1]",
        '{"a":1}',
        "[[[[]]]]",
        "[" * 1500,
        "[" * 99 + "]" * 99,
        "[" * 101 + "]" * 101,
    ),
    *(
        '{"":{"":{"":1}}}',
        "[1,]",
        "[1 2]",
        '{"a" 1}',
        '{"a":1,}',
        "/**/1",
        "1//",
        "\u00a01",
        "\ufeff1",
    ),
    *('"2026-05-06T07:08:09Z"', '"2026-05-06"', '"infinity"', '"2026-02-30T00:00:00Z"'),
    *('"2026-05-06T07:08:09.1234567Z"', '"2026-05-06T07:08:09.1234560Z"', '"2026-05-06 07:08:09Z"'),
    *('"-4712-11-24T00:00:00Z"', '"-4712-11-23T23:59:59Z"', '"+294276-12-31T23:59:59.999999Z"'),
    *('"+294277-01-01T00:00:00Z"', '"+294277-01-01T00:00:00+00:01"', '"0000-02-29T00:00:00-18:00"'),
    *('"2026-05-06T24:00:00Z"', '"2026-05-06T23:59:60Z"', '"2026-05-06T07:08:09+18:01"', '"x"'),
    *("-210866803200000000", "-210866803200000001", "86400000", "86399999", "-1001", "999", "1000"),
]


def contract(draw: Draw, depth: int = 0) -> Schema:
    """A struct with one to eight fields."""
    names = draw.sample(NAMES, draw.randint(1, 8))
    fields = [{"field": name, **_type(draw, depth)} for name in names]
    for field in fields:
        scalar = field["type"] not in ("struct", "map", "array")
        if scalar and draw.random() < 0.2:
            # A schema that has been read as JSON knows no negative zero.
            default = json.loads(value(draw, field))
            field["default"] = 0 if default == 0.0 and isinstance(default, float) else default
    return {"type": "struct", "fields": fields}


def _type(draw: Draw, depth: int) -> Schema:
    optional: Schema = draw.choice([{}, {"optional": False}, {"optional": True}])
    kind = draw.choices(["scalar", "logical", "nested"], [5, 4, 1 if depth < 2 else 0])[0]
    if kind == "scalar":
        return {"type": draw.choice(SCALARS), **optional}
    if kind == "logical":
        return {**_logical(draw), **optional}
    nested = draw.choice(["struct", "array", "map"])
    if nested == "struct":
        return {**contract(draw, depth + 1), **optional}
    if nested == "array":
        return {"type": "array", "items": _type(draw, depth + 1), **optional}
    return {"type": "map", "keys": {"type": "string"}, "values": _type(draw, depth + 1), **optional}


def _logical(draw: Draw) -> Schema:
    name = draw.choice(LOGICAL)
    if name != oracle.DECIMAL:
        text = name in (oracle.ZONED, "io.debezium.data.Uuid")
        days = name.endswith((".Date", ".Time"))
        return {
            "type": "string" if text else "int32" if days else "int64",
            "name": name,
            "version": 1,
        }
    scale = draw.choice([0, 0, 1, 2, 2, 2, 5, 10, 38])
    parameters = {"scale": str(scale)}
    if draw.random() < 0.7:
        parameters["connect.decimal.precision"] = str(scale + draw.choice([0, 1, 4, 16]) or 1)
    return {"type": "bytes", "name": name, "version": 1, "parameters": parameters}


def value(draw: Draw, schema: Schema) -> str:
    """A piece of JSON that the schema takes."""
    if schema.get("optional") and draw.random() < 0.15:
        return "null"
    name = schema.get("name")
    if name == oracle.DECIMAL:
        return _decimal(draw, schema["parameters"])
    if name == oracle.ZONED:
        return json.dumps(_time(draw))
    if name == "io.debezium.data.Uuid":
        digits = f"{draw.getrandbits(128):032x}"
        return json.dumps(
            "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])
        )
    if name in oracle.RANGES:
        number = _between(draw, *oracle.RANGES[name])
        return str(number - number % 1000 if "Nano" in name else number)
    return _PLAIN[schema["type"]](draw, schema)


def _whole(draw: Draw, schema: Schema) -> str:
    width = oracle.WIDTHS[schema["type"]]
    return str(_between(draw, -(2 ** (width - 1)), 2 ** (width - 1) - 1))


def _between(draw: Draw, least: int, most: int) -> int:
    near = [least, least + 1, most - 1, most, 0, 1, 1000]
    return draw.choice([n for n in near if least <= n <= most] + [draw.randint(least, most)] * 4)


def _float(draw: Draw, schema: Schema) -> str:
    largest = 38 if schema["type"] == "float" else 308
    mantissa = draw.choice(
        ["1", "3.4", f"{draw.random():.17f}", f"{draw.randint(1, 9)}.{draw.getrandbits(90)}"]
    )
    exponent = draw.choice(["", "e0", f"e{draw.randint(-largest, largest - 1)}", "E+2", "e-3"])
    return draw.choice(
        ["0", "-0.0", "0e5", "-" + mantissa + exponent, mantissa + exponent, mantissa + exponent]
    )


def _text(draw: Draw, _: Schema | None = None) -> str:
    text = "".join(draw.choices(LETTERS, k=draw.choice([0, 1, 3, 12])))
    return json.dumps(text, ensure_ascii=draw.random() < 0.5)


def _bytes(draw: Draw, _: Schema) -> str:
    return json.dumps(base64.b64encode(draw.randbytes(draw.randint(0, 9))).decode())


_PLAIN: dict[str, Callable[[Draw, Schema], str]] = {
    **dict.fromkeys(oracle.WIDTHS, _whole),
    "float": _float,
    "double": _float,
    "boolean": lambda draw, _: draw.choice(["true", "false"]),
    "string": _text,
    "bytes": _bytes,
    "struct": lambda draw, schema: joined(draw, fields(draw, schema)),
    "array": lambda draw, schema: _list(draw, schema["items"]),
    "map": lambda draw, schema: joined(
        draw,
        [(json.dumps(f"k{i}"), value(draw, schema["values"])) for i in range(draw.randint(0, 3))],
    ),
}


def _list(draw: Draw, items: Schema) -> str:
    return "[" + ",".join(value(draw, items) for _ in range(draw.randint(0, 3))) + "]"


def _decimal(draw: Draw, parameters: dict[str, str]) -> str:
    scale = int(parameters["scale"])
    whole = int(parameters.get("connect.decimal.precision", 40 + scale)) - scale
    before = str(draw.randrange(10 ** draw.randint(0, whole))) if whole else "0"
    after = f"{draw.randrange(10**scale):0{scale}d}"[: draw.randint(0, scale)] if scale else ""
    number = (
        before
        + ("." + after if after else "")
        + ("" if not after else draw.choice(["", "0", "000"]))
    )
    sign = draw.choice(["", "", "-"])
    # The same number, moved.
    moved = f"{sign}{before}{after}e-{len(after)}"
    # Digits with zeros before them are no JSON.
    return moved if after and before != "0" and draw.random() < 0.2 else sign + number


def _time(draw: Draw) -> str:
    year = draw.choice(
        ["2026", "2024", "1969", "0001", "0000", "9999", "-0044", "-4711", "+12345", "+294275"]
    )
    date = f"{year}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
    second = draw.choice(["", ":00", f":{draw.randint(0, 59):02d}"])
    places = draw.randint(1, 9)
    fraction = f".{draw.getrandbits(19):06d}000"[: places + 1] if second else ""
    zone = draw.choice(["Z", "Z", "+02:00", "-09:30", "+18:00", "-18:00", "+00:00"])
    minute = f"{draw.randint(0, 23):02d}:{draw.randint(0, 59):02d}"
    return f"{date}T{minute}{second}{draw.choice(['', fraction])}{zone}"


def fields(draw: Draw, schema: Schema) -> list[tuple[str, str]]:
    """Names and values of an object that a struct takes, as JSON, in any order."""
    found = []
    for field in schema["fields"]:
        may_be_missing = field.get("optional") or "default" in field
        if not may_be_missing or draw.random() < 0.7:
            found.append(
                (json.dumps(field["field"], ensure_ascii=draw.random() < 0.5), value(draw, field))
            )
    if draw.random() < 0.3:
        draw.shuffle(found)
    return found


def joined(draw: Draw, pairs: list[tuple[str, str]]) -> str:
    """An object of names and values, with white space here and there."""
    gap = draw.choice(["", "", " ", "\n\t ", "\r\n"])
    return "{" + f",{gap}".join(f"{name}{gap}:{gap}{each}" for name, each in pairs) + gap + "}"


def message(draw: Draw, schema: Schema) -> bytes:
    """A message for a contract: half are as they should be, to the others something was done."""
    pairs = fields(draw, schema)
    if draw.random() < 0.5:
        for _ in range(draw.choice([1, 1, 2])):
            _spoil(draw, pairs)
    text = joined(draw, pairs)
    raw = text.encode(errors="surrogatepass")
    return _mangled(draw, raw) if draw.random() < 0.15 else raw


def _spoil(draw: Draw, pairs: list[tuple[str, str]]) -> None:
    kind = draw.choice(["value", "value", "value", "value", "drop", "twice", "unknown"])
    at = draw.randrange(len(pairs)) if pairs else 0
    if kind == "unknown" or not pairs:
        name = draw.choice(["unknown", "Amount", "", "x" * 990, "x" * 60_000, "\ud800"])
        pairs.insert(at, (json.dumps(name), draw.choice(HOSTILE)))
    elif kind == "value":
        pairs[at] = (pairs[at][0], draw.choice(HOSTILE))
    elif kind == "drop":
        del pairs[at]
    else:
        pairs.append((pairs[at][0], draw.choice([pairs[at][1], draw.choice(HOSTILE)])))


def _mangled(draw: Draw, raw: bytes) -> bytes:
    at = draw.randrange(len(raw) + 1)
    return draw.choice(
        [
            raw[:at],
            raw[:at] + draw.randbytes(draw.randint(1, 3)) + raw[at:],
            raw[:at] + draw.randbytes(1) + raw[at + 1 :],
            raw + draw.choice([b" ", b"\n", b"\0", b"x", b"{}", b",", raw]),
            draw.choice([b" ", b"\xef\xbb\xbf", b"\xff\xfe", b"\0"]) + raw,
            raw.decode(errors="replace").encode(draw.choice(["utf-16", "utf-16-le", "utf-32"])),
            draw.choice([b"", b" ", b"null", b"[]", b'""', b"\x00\x00\x00\x00\x01abc"]),
            raw.replace(
                b"a", draw.choice([b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc1\xa1"])
            ),
        ]
    )
