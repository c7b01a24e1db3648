"""What a value has to be before it may travel: the contract's type, and nothing Postgres refuses.

PostgreSQL's limits: text holds no NUL character (documentation, "Character Types"); every string
has to be valid UTF-8; numeric(p,s) rounds further decimals away in silence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from producer.contracts.contract import Field
from producer.errors import RefusedError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE_EPOCH = EPOCH.replace(tzinfo=None)
MICROSECOND = timedelta(microseconds=1)
# ISO-8601 on the wire has four-digit years; PostgreSQL (4713 BC to 294276 AD) and Snowflake
# accept all of them.
FIRST_MICRO = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
LAST_MICRO = (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC) - EPOCH) // MICROSECOND
#: Kind of a field -> least and greatest whole number.
RANGES = {
    "int": (-(1 << 31), (1 << 31) - 1),
    "long": (-(1 << 63), (1 << 63) - 1),
    "timestamp-micros": (FIRST_MICRO, LAST_MICRO),
}
#: Kind of a field -> the types that it takes, the normal form's first, and what they are in words.
TYPES: dict[str, tuple[Any, str]] = {
    "string": ((str,), "a string"),
    "boolean": ((bool,), "a boolean"),
    "int": ((int,), "an integer"),
    "long": ((int,), "an integer"),
    "double": ((float, int), "a number"),
    "decimal": ((Decimal, int), "exact: use Decimal"),
    "timestamp-micros": ((int, datetime), "a timestamp"),
}


def iso(value: int) -> str:
    """ISO-8601 in UTC with six decimals and Z, of microseconds since 1970."""
    return (NAIVE_EPOCH + MICROSECOND * value).isoformat(timespec="microseconds") + "Z"


def require_types(field: Field, values: Sequence[Any]) -> None:
    """Make sure that the values of a column, without its nulls, have the normal form's type.

    Raises:
        TypeError: one does not; it may be acceptable all the same.
    """
    if values and {*map(type, values)} != {TYPES[field.kind][0][0]}:
        raise TypeError


def require_normal(field: Field, values: Sequence[Any]) -> None:
    """Make sure that the values of a column, without its nulls, are in their normal form.

    Texts are not searched for what `check_value` refuses in them: encoders meet it anyway.

    Raises:
        TypeError, ValueError: one is not; it may be acceptable all the same.
    """
    require_types(field, values)
    if not values:
        return
    if field.kind in RANGES:
        first, last = RANGES[field.kind]
        normal = first <= min(values) and max(values) <= last
    elif field.kind == "decimal":
        one, limit = Decimal(1).scaleb(-field.scale), Decimal(10) ** (field.precision - field.scale)
        normal = all(map(one.same_quantum, values)) and -limit < min(values) <= max(values) < limit
    else:
        normal = field.kind != "double" or all(map(math.isfinite, values))
    if not normal:
        raise ValueError


def check_value(field: Field, value: Any) -> Any:
    """The value in its normal form; None where the contract accepts it.

    That is a str, bool, int, float, Decimal with the contract's scale, or microseconds since 1970
    in UTC.

    Raises:
        RefusedError: it breaks the contract; the text names field and reason.
    """
    if value is None:
        if field.optional:
            return None
        raise RefusedError(f"{field.name}: null, and the contract requires a value")
    try:
        return _normal(field, value)
    except RefusedError as reason:
        raise RefusedError(f"{field.name}: {reason}") from None


def check_row(fields: Sequence[Field], row: Sequence[Any]) -> list[Any]:
    """The values of a row in their normal form.

    Raises:
        RefusedError: the row breaks the contract; the text names field and reason.
    """
    if len(row) != len(fields):
        raise RefusedError(f"has {len(row)} values; the contract has {len(fields)} fields")
    return list(map(check_value, fields, row))


def _normal(field: Field, value: Any) -> Any:
    types, wanted = TYPES[field.kind]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise RefusedError(f"{value!r:.60} is {type(value).__name__}, not {wanted}")
    match field.kind:
        case "string":
            return _string(value)
        case "boolean":
            return value
        case "int" | "long":
            first, last = RANGES[field.kind]
            if not first <= value <= last:
                raise RefusedError(f"an integer of {value.bit_length()} bits: not {field.kind}")
            return value
        case "double":
            return _double(value)
        case "decimal":
            return _decimal(Decimal(value), field.precision, field.scale)
        case "timestamp-micros":
            return _micros(value)
    raise TypeError(f"{field.name} is of an unknown kind, {field.kind!r}")


def _string(value: str) -> str:
    if "\0" in value:
        raise RefusedError(f"{value!r:.60} has a NUL character, which PostgreSQL refuses in text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RefusedError(f"{value!r:.60} has a lone surrogate: not valid UTF-8") from None
    return value


def _double(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        raise RefusedError("the integer does not fit a double") from None
    if not math.isfinite(number):
        raise RefusedError(f"{number} cannot be written in JSON")
    return number


def _decimal(number: Decimal, precision: int, scale: int) -> Decimal:
    if not number.is_finite():
        raise RefusedError(f"{number} is not a number")
    exact = Context(prec=max(len(number.as_tuple().digits), precision))
    _, digits, exponent = number.normalize(exact).as_tuple()
    if -int(exponent) > scale:
        raise RefusedError(f"{number} has more than {scale} digits behind the point")
    if number and len(digits) + int(exponent) > precision - scale:
        raise RefusedError(f"{number} has more than {precision - scale} digits before the point")
    return number.quantize(Decimal(1).scaleb(-scale), context=exact)


def _micros(value: int | datetime) -> int:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise RefusedError(f"{value.isoformat()} has no time zone")
        value = (value - EPOCH) // MICROSECOND
    if not FIRST_MICRO <= value <= LAST_MICRO:
        raise RefusedError("lies outside the years 0001 to 9999")
    return value
