"""The quick JSON encoder: Python source compiled from the contract.

It has one loop for all rows and one expression a field: calling a function for each field costs
three times as much, for each row a tenth more. It knows the usual shape of each type only; a row
with any other value is left to the careful encoder. The guards may raise TypeError, ValueError,
IndexError or ArithmeticError.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

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
            out.append(({key}.encode(), f'{{{{{members}}}}}'.encode()))
        except (TypeError, ValueError, IndexError, ArithmeticError):
            out.append(unusual(row))
    return out
"""


def quick_encoder(contract: Contract, careful: Careful) -> Encode:
    """A function from rows to messages in JSON, which hands unusual rows to ``careful``."""
    # Fields may be called like Python's words, or like the functions below.
    variables = [f"v{index}" for index in range(len(contract.fields))]
    named = list(zip(contract.fields, variables, strict=True))
    guards = [
        line for field, name in named for line in _guards(field, name, field.name == contract.key)
    ]
    source = TEMPLATE.format(
        names=", ".join(variables) + ",",
        key=variables[contract.key_index],
        guards="\n            ".join(guards),
        members=",".join(
            f'"{field.name}":{_member(field, name, field.name == contract.key)}'
            for field, name in named
        ),
    )
    scope: dict[str, Any] = {
        "unusual": one_by_one(careful, contract.key_index),
        "Decimal": Decimal,
        "string": encode_basestring,
        "texts": Remembered(_text),
        "optional_texts": Remembered(_optional_text),
        **{"minutes": Remembered(_minute), "millis": MILLIS, "micros": MICROS},
    }
    exec(compile(source, f"<JSON encoder of {contract.name}>", "exec"), scope)
    encode: Encode = scope["encode"]
    return encode


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError
    return encode_basestring(value)


def _optional_text(value: str | None) -> str:
    return "null" if value is None else _text(value)


def _minute(minute: int) -> str:
    """ISO text of a minute since 1970, up to the seconds."""
    return (datetime(1970, 1, 1) + timedelta(minutes=minute)).isoformat()[:17]


# By milliseconds of a minute, by microseconds of a millisecond: formatting a number each time takes
# twice as long.
MILLIS = [f"{ms // 1000:02}.{ms % 1000:03}" for ms in range(60_000)]
MICROS = [f"{us:03}" for us in range(1000)]


def _guards(field: Field, name: str, is_key: bool) -> list[str]:
    """Statements that raise unless the variable's value has the usual shape of its type."""
    lines = {
        # Of other texts, `_text` sees to that.
        "string": [f"if '\\0' in {name}: raise ValueError"] if is_key else [],
        "boolean": [f"if type({name}) is not bool: raise TypeError"],
        "double": [f"if type({name}) is not float or {name} - {name} != 0: raise TypeError"],
        "int": [f"if type({name}) is not int or not -(1<<31) <= {name} < 1<<31: raise TypeError"],
        "long": [f"if type({name}) is not int or not -(1<<63) <= {name} < 1<<63: raise TypeError"],
        "timestamp-micros": [
            f"if type({name}) is not int: raise TypeError",
            f"{name}_m, {name} = divmod({name}, 60_000_000)",
            f"{name}, {name}_u = divmod({name}, 1000)",
            f"{name} = f'\"{{minutes[{name}_m]}}{{millis[{name}]}}{{micros[{name}_u]}}Z\"'",
        ],
        "decimal": [
            f"if type({name}) is not Decimal: raise TypeError",
            f"{name} = str({name})",
            f"if len({name}) > {field.precision + bool(field.scale)}: raise ValueError",
            f"if {name}[{-1 - field.scale}] != '.' or 'E' in {name}: raise ValueError"
            if field.scale
            else f"if not {name}.lstrip('-').isdigit(): raise ValueError",
        ],
    }[field.kind]
    if not field.optional or not lines:
        return lines
    return [f"if {name} is not None:", *(f"    {line}" for line in lines)]


def _member(field: Field, name: str, is_key: bool) -> str:
    """The part of an f-string that writes a value which passed its guards."""
    if field.kind == "string" and not is_key:
        return f"{{{'optional_texts' if field.optional else 'texts'}[{name}]}}"
    value = {
        "string": f"string({name})",
        "boolean": f'"true" if {name} else "false"',
    }.get(field.kind, name)
    return f'{{"null" if {name} is None else {value}}}' if field.optional else f"{{{value}}}"
