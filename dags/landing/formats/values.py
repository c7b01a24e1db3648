"""A field as it is written -> as it is landed, or why not. Nothing is rounded, shifted or guessed.

What is landed is what the typing macros of dbt accept: 1234.50, 2026-12-31, 2026-12-31 23:59:59.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from .options import FileFormat
from .times import ISO, in_utc


class Native(str):
    """A value of a typed file, written as it is landed: the format of texts is not about it."""

    __slots__ = ()


#: A field -> what is landed; empty for null. Raises ValueError with the reason, without the column.
Converter = Callable[[str], str]
#: What a space between thousands may be: French and Swiss programs write no-break ones.
_SAME = {" ": " \u00a0\u202f", "'": "'\u2019"}
_BOOLEANS = frozenset(("true", "t", "yes", "y", "on", "1", "false", "f", "no", "n", "off", "0"))
_SHOWN = 100


def converter(type_: str, form: FileFormat) -> Converter:
    """How fields of a column become what is landed.

    Args:
        type_: the column's type in the raw table.

    Raises:
        ValueError: the type is unknown.
    """
    kind = type_.split("(")[0]
    if kind == "text":
        return (lambda text: text.strip()) if form.trim_space else (lambda text: text)
    if kind in ("number", "float"):
        convert = _number(type_, form)
    elif kind == "boolean":
        convert = _boolean(form)
    elif kind == "date":
        convert = _date(form)
    elif kind == "timestamp_ntz":
        convert = _timestamp(form)
    else:
        raise ValueError(f"{type_} is not a type that a landing block may use")

    def checked(field: str) -> str:
        text = field.strip()
        return convert(Native(text) if isinstance(field, Native) else text) if text else ""

    return checked


def _misfit(text: str, type_: str, written: str) -> ValueError:
    return ValueError(f"'{text[:_SHOWN]}' is not {type_}, written {written}")


def _number(type_: str, form: FileFormat) -> Converter:
    canonical = re.compile(r"[+-]?\d*[.]?\d*(?:[eE][+-]?\d+)?")
    if type_ != "float":
        digits, scale = map(int, type_.strip("number()").split(","))
        canonical = re.compile(rf"[+-]?0*\d{{0,{digits - scale}}}(?:[.]\d{{0,{scale}}}0*)?")
    group, decimal = form.group_separator, form.decimal_separator
    separators = f"[{re.escape(_SAME.get(group, group))}]" if group else "(?!)"
    grouped = re.compile(rf"[+-]?\d{{1,3}}(?:{separators}\d{{2,3}})*{separators}\d{{3}}")
    written = f"1{group or ''}234{decimal}50"
    plain = not group and decimal == "." and not form.currency_symbol and not form.negative

    def convert(text: str) -> str:
        number = text if plain or isinstance(text, Native) else _plain_number(text)
        if number is None or not canonical.fullmatch(number) or not re.search(r"\d", number):
            raise _misfit(text, type_, written)
        return number

    def _plain_number(text: str) -> str | None:
        sign, amount = _signed(text, form)
        if sign and amount[:1] in ("+", "-"):
            return None
        whole, point, rest = amount.partition(decimal)
        if "." in rest or (not grouped.fullmatch(whole) and not re.fullmatch(r"[+-]?\d*", whole)):
            return None
        whole = re.sub(separators, "", whole)
        return f"{sign}{whole}{'.' if point else ''}{rest}"

    return convert


def _signed(text: str, form: FileFormat) -> tuple[str, str]:
    """A minus that is not before the digits, and the amount without it and its currency."""
    sign = ""
    if "parentheses" in form.negative and text[0] == "(" and text[-1] == ")":
        sign, text = "-", text[1:-1].strip()
    elif "trailing_minus" in form.negative and text[-1] == "-":
        sign, text = "-", text[:-1].strip()
    if form.currency_symbol:
        if text.startswith("-") and not sign:
            sign, text = "-", text[1:].strip()
        text = text.removeprefix(form.currency_symbol).strip()
        text = text.removesuffix(form.currency_symbol).strip()
    return sign, text


def _boolean(form: FileFormat) -> Converter:
    words = {word.lower(): "true" for word in form.true_if}
    words |= {word.lower(): "false" for word in form.false_if}
    words = words or {word: word for word in _BOOLEANS}
    written = " or ".join(sorted({*form.true_if, *form.false_if})) or "true or false"

    def convert(text: str) -> str:
        if isinstance(text, Native) and text in _BOOLEANS:
            return text
        if text.lower() not in words:
            raise _misfit(text, "boolean", written)
        return words[text.lower()]

    return convert


def _date(form: FileFormat) -> Converter:
    model = form.date_format

    def convert(text: str) -> str:
        try:
            if model and not isinstance(text, Native):
                return model.read(text)[0].date().isoformat()
            day, time = text[:10], text[10:]
            if time and not re.fullmatch(r"[T ]00:00:00(?:[.]0*)?", time):
                raise ValueError(text)
            date.fromisoformat(day)
        except ValueError:
            raise _misfit(text, "date", model.text if model else "2026-12-31") from None
        if len(day) != 10 or day[4] != "-" or day[7] != "-":
            raise _misfit(text, "date", "2026-12-31")
        return day

    return convert


def _timestamp(form: FileFormat) -> Converter:
    declared = form.timestamp_format or ISO
    to_utc = in_utc(form.timezone)
    # An offset in a value counts if the format has it, or a zone says what its absence means.
    takes_offset = form.timezone is not None or form.timestamp_format is not None
    written = declared.text or "2026-12-31T23:59:59Z"

    def convert(text: str) -> str:
        model = ISO if isinstance(text, Native) else declared
        try:
            moment, offset = model.read(text)
        except (ValueError, OverflowError):
            raise _misfit(text, "timestamp_ntz(6)", written) from None
        if offset and not takes_offset and not isinstance(text, Native):
            raise ValueError(f"'{text}' has an offset: set the format's timezone to land it in UTC")
        try:
            return to_utc(moment, offset).isoformat(" ")
        except ValueError as error:
            raise ValueError(f"'{text}' {error}") from None
        except OverflowError:
            raise _misfit(text, "timestamp_ntz(6)", written) from None

    return convert


def native(value: object) -> Native | None:
    """A value of a typed file as it is landed; None for null.

    Raises:
        ValueError: a value that cannot be written, such as bytes that are not UTF-8.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return Native("true" if value else "false")
    if isinstance(value, datetime):
        if value.tzinfo:
            return Native(value.astimezone(UTC).replace(tzinfo=None).isoformat(" ") + "Z")
        return Native(value.isoformat(" "))
    if isinstance(value, float):
        return Native(_float(value))
    if isinstance(value, Decimal):
        return Native(f"{value:f}")
    if isinstance(value, bytes):
        return Native(value.decode())
    if isinstance(value, timedelta):
        raise ValueError("a duration has no type here: write it as text")  # noqa: TRY004
    return Native(value)


def _float(value: float) -> str:
    """The shortest text that is this number again, without an exponent where there can be none."""
    text = repr(value)
    if "e" in text:
        text = f"{Decimal(text):f}"
    return text.removesuffix(".0") if text.endswith(".0") else text
