"""JSON on the wire, validated against the contract on the way.

decimal -> exact JSON number with all its digits; timestamp-micros -> ISO-8601 in UTC with six
decimals and Z; everything else as JSON has it.

There are two encoders. The careful one sends each value through `producer.contracts.checks`, which
normalises it or says why it is refused. The quick one is Python source compiled from the contract,
with one expression a field (calling a function for each field costs three times as much): it knows
the usual shape of each type only, and leaves every other row to the careful one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from producer.contracts import checks, poison
from producer.contracts.contract import Contract, Field
from producer.errors import RefusedError

Row = tuple[Any, ...]
Encode = Callable[[Row], bytes]

# PostgreSQL's timestamptz ends in 294276, its numeric at 131072 digits before the point
# (documentation, "Date/Time Types" and "Numeric Types").
BEYOND_POSTGRES = "+300000-01-01T00:00:00.000000Z"
NUMERIC_DIGITS = 131_073

TEMPLATE = """
def encode(row):
    try:
        {names} = row
        {guards}
        text = {frame!r} % ({values})
        # Strings were escaped, so a NUL shows as this; so does a harmless literal backslash.
        if {nul!r} not in text:
            return text.encode()
    except (TypeError, ValueError, IndexError, ArithmeticError):
        pass
    return careful(row)
"""


def encoder(contract: Contract) -> Encode:
    """A function from a row (values in the contract's order) to JSON bytes.

    The function raises RefusedError, naming field and reason, for a row that breaks the contract.
    """
    # Fields may be called like Python's words, or like our functions.
    variables = [f"v{index}" for index in range(len(contract.fields))]
    named = list(zip(contract.fields, variables, strict=True))
    source = TEMPLATE.format(
        names=", ".join(variables) + ",",
        guards="\n        ".join(line for pair in named for line in _guards(*pair)),
        frame="{" + ",".join(f'"{name}":%s' for name in contract.field_names) + "}",
        values=", ".join(_value(*pair) for pair in named) + ",",
        nul="\\u0000",
    )
    scope: dict[str, Any] = {
        "careful": careful_encoder(contract),
        "string": encode_basestring,
        "Decimal": Decimal,
        "minutes": _Minutes(),
        "seconds": [f"{second:02d}." for second in range(60)],
    }
    exec(compile(source, f"<JSON encoder of {contract.name}>", "exec"), scope)
    encode: Encode = scope["encode"]
    return encode


class JsonWire:
    """A contract's messages as JSON; see producer.contracts.wire.Wire."""

    overflows: tuple[str, ...] = ("timestamp-micros", "decimal")

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self.encode = encoder(contract)

    def poison(self, kind: str, row: Row) -> bytes:
        contract = self._contract
        field = poison.target(kind, contract, self.overflows)
        index = contract.field_names.index(field.name)
        texts = [_text(each, value) for each, value in zip(contract.fields, row, strict=True)]
        members = [
            f'"{name}":{text}' for name, text in zip(contract.field_names, texts, strict=True)
        ]
        if kind == "invalid-bytes":
            return poison.GARBAGE + members[0].encode()
        if kind == "missing-field":
            del members[index]
        else:
            members[index] = f'"{field.name}":{_broken(kind, field)}'
        return ("{" + ",".join(members) + "}").encode()


def _broken(kind: str, field: Field) -> str:
    if kind == "nul-byte":
        return r'"NUL \u0000 inside"'
    if kind == "wrong-type":
        return '"not a number"' if field.kind == "decimal" else "12345"
    if field.kind == "timestamp-micros":
        return f'"{BEYOND_POSTGRES}"'
    return "9" * NUMERIC_DIGITS


def careful_encoder(contract: Contract) -> Encode:
    """The same function, one check and one text a field."""
    parts = [(field, f'"{field.name}":') for field in contract.fields]

    def encode(row: Row) -> bytes:
        if len(row) != len(parts):
            raise RefusedError(f"has {len(row)} values; the contract has {len(parts)} fields")
        values = zip(parts, row, strict=True)
        texts = (label + _text(field, value) for (field, label), value in values)
        return ("{" + ",".join(texts) + "}").encode()

    return encode


class _Minutes(dict[int, str]):
    """ISO text of minutes since 1970, up to the seconds; remembered, because events are dense."""

    def __missing__(self, minute: int) -> str:
        if len(self) > 100_000:
            self.clear()
        text = (datetime(1970, 1, 1) + timedelta(minutes=minute)).isoformat()[:17]
        self[minute] = text
        return text


def _guards(field: Field, name: str) -> list[str]:
    """Statements that raise unless the variable's value has the usual shape of its type."""
    lines = {
        "string": [],
        "boolean": [f"if type({name}) is not bool: raise TypeError"],
        "double": [f"if type({name}) is not float or {name} - {name} != 0: raise TypeError"],
        "int": [f"if type({name}) is not int or not -(1<<31) <= {name} < 1<<31: raise TypeError"],
        "long": [f"if type({name}) is not int or not -(1<<63) <= {name} < 1<<63: raise TypeError"],
        "timestamp-micros": [
            f"if type({name}) is not int: raise TypeError",
            f"{name}, {name}_us = divmod({name}, 1000000)",
            f"{name} = minutes[{name} // 60] + seconds[{name} % 60] + '%06d' % {name}_us",
        ],
        "decimal": [
            f"if type({name}) is not Decimal: raise TypeError",
            f"{name} = str({name})",
            f"if len({name}) > {field.precision + bool(field.scale)} or "
            + (
                f"{name}[{-1 - field.scale}] != '.' or 'E' in {name}"
                if field.scale
                else f"not {name}.lstrip('-').isdigit()"
            )
            + ": raise ValueError",
        ],
    }[field.kind]
    if not field.optional or not lines:
        return lines
    return [f"if {name} is not None:", *(f"    {line}" for line in lines)]


def _value(field: Field, name: str) -> str:
    """The expression that writes a value which passed its guards."""
    text = {
        "string": f"string({name})",
        "boolean": f"('true' if {name} else 'false')",
        "timestamp-micros": f"'\"' + {name} + 'Z\"'",
    }.get(field.kind, name)
    return f"('null' if {name} is None else {text})" if field.optional else text


def _text(field: Field, value: Any) -> str:
    if value is None and field.optional:
        return "null"
    value = checks.check(field, value)
    if field.kind == "string":
        return str(encode_basestring(value))
    if field.kind == "boolean":
        return "true" if value else "false"
    if field.kind == "timestamp-micros":
        return f'"{checks.iso(value)}"'
    return repr(value) if field.kind == "double" else str(value)
