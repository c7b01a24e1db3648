"""How the values of columns seem to be written, and which types they have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from .options import FileFormat, parse
from .values import Native, converter

_NULLS = (
    *("NULL", "null", "Null", "(null)", "\\N", "-"),
    *("N/A", "n/a", "NA", "#N/A", "None", "nan", "NaN"),
)
_SEPARATORS = ((".", None), (",", None), (".", ","), (",", "."), (",", " "), (".", " "), (".", "'"))
_DAYS = [
    "DD/MM/YYYY",
    "MM/DD/YYYY",
    "DD.MM.YYYY",
    "YYYY/MM/DD",
    "YYYY.MM.DD",
    "YYYYMMDD",
    "DD-MM-YYYY",
    "MM-DD-YYYY",
    "DD-MON-YYYY",
    "DD-MON-YY",
    "DD/MM/YY",
    "MM/DD/YY",
    "DD.MM.YY",
]
_TIMES = (
    "HH24:MI:SS.FF",
    "HH24:MI",
    "HH12:MI:SS AM",
    "HH12:MI AM",
    "HH24:MI:SS.FF TZH:TZM",
    "HH24:MI:SS.FFTZH:TZM",
    "HH24:MI:SS.FFTZHTZM",
    "HH24:MI:SS.FF TZHTZM",
)
_EPOCHS = {10: "EPOCH_SECONDS", 13: "EPOCH_MILLISECONDS", 16: "EPOCH_MICROSECONDS"}
_BOOLEANS = (
    *(("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("VERDADERO", "FALSO"), ("ja", "nein")),
    *(("oui", "non"), ("sí", "no"), ("Y", "N"), ("J", "N"), ("X", "-")),
)

#: Columns that a way to write values fits -> the values as they would land.
Fitting = dict[str, list[str]]


def guess_values(
    cells: Mapping[str, Sequence[str]], types: Mapping[str, str | None]
) -> tuple[dict[str, str], dict[str, Any], list[str]]:
    """Types of all columns, the options of a format, and doubts.

    Args:
        cells: column -> its values that are not empty.
        types: column -> its type; None if nobody knows it.
    """
    options: dict[str, Any] = {}
    doubts: list[str] = []
    cells = _without_nulls(cells, types, options)
    found: dict[str, str] = {name: type_ for name, type_ in types.items() if type_}
    left = {name: values for name, values in cells.items() if not types[name] and values}
    for kinds, ways in (
        (("boolean",), _boolean_ways()),
        (("timestamp_ntz(6)",), _timestamp_ways(cells, types)),
        (("date",), ({}, *({"date_format": text} for text in _DAYS))),
        (("number", "float"), _number_ways(cells)),
    ):
        declared = {n: cells[n] for n, t in types.items() if t and t.startswith(kinds) and cells[n]}
        guessed = declared or left
        best, fitting, other = _best(guessed, found, kinds[0], list(ways), bool(declared))
        options |= best
        if other:
            doubts.append(other)
        for name, values in fitting.items() if not declared else ():
            found[name] = _number_type(values) if kinds[0] == "number" else kinds[0]
            del left[name]
    _doubt_zones(cells, found, options, doubts)
    return {name: found.get(name, "text") for name in types}, options, doubts


def _without_nulls(
    cells: Mapping[str, Sequence[str]], types: Mapping[str, str | None], options: dict[str, Any]
) -> dict[str, list[str]]:
    r"""Words for null count where a column's other values are no words, and \N everywhere."""
    words: set[str] = set()
    for name, values in cells.items():
        here = {value for value in values if value in _NULLS}
        rest = [value for value in values if value not in _NULLS]
        typed = types[name] not in (None, "text") or (rest and all(map(_has_digit, rest)))
        if types[name] == "boolean":
            here.discard("-")
        words |= here if typed else here & {"\\N", "(null)", "NULL"}
    if words:
        options["null_if"] = sorted(words)
    return {name: [v for v in values if v not in words] for name, values in cells.items()}


def _has_digit(value: str) -> bool:
    return any(map(str.isdigit, value))


def _best(
    columns: Mapping[str, Sequence[str]],
    types: Mapping[str, str],
    kind: str,
    ways: Sequence[dict[str, Any]],
    are_declared: bool,
) -> tuple[dict[str, Any], Fitting, str | None]:
    """The way that fits most columns, and a doubt if another that fits means other values."""
    best: tuple[dict[str, Any], Fitting] = ({}, {})
    rival: tuple[dict[str, Any], Fitting] | None = None
    score = 0.0
    for way in ways:
        form = parse(way, [])
        fitting: Fitting = {}
        fits = 0.0
        for name, values in columns.items():
            type_ = types.get(name) or ("number(38,18)" if kind == "number" else kind)
            landed = list(_landed(values, type_, form))
            share = len(landed) / len(values)
            fits += share if are_declared else share == 1
            if share == 1 and (are_declared or _is_kind(kind, values)):
                fitting[name] = landed
        if fits > score and (fitting or are_declared):
            best, score, rival = (way, fitting), fits, None
        elif fits == score and fitting and fitting != best[1]:
            rival = rival or (way, fitting)
    if not rival or (best[0] == {} and kind == "boolean"):
        return *best, None
    for name, landed in best[1].items():
        for value, one, other in zip(
            columns[name], landed, rival[1].get(name, landed), strict=True
        ):
            if one != other:
                return *best, (
                    f"{name}: {value!r} is {one} as {_written(best[0])}, and {other} as"
                    f" {_written(rival[0])}: which is meant? Every row fits both."
                )
    return *best, None


def _landed(values: Sequence[str], type_: str, form: FileFormat) -> Iterator[str]:
    convert = converter(type_, form)
    for value in values:
        try:
            yield convert(value)
        except ValueError:
            continue


def _is_kind(kind: str, values: Sequence[str]) -> bool:
    """Whether a column that fits is meant so: 00123 is a code, and 1 rather a number than true."""
    if kind == "number":
        return not any(re.match(r"0\d|\+", value) or len(value) > 22 for value in values)
    if kind == "boolean":
        return not any(map(_has_digit, values)) and len({*map(str.lower, values)}) > 1
    if kind.startswith("timestamp"):
        return any(isinstance(value, Native) or len(value) > 10 for value in values)
    return True


def _written(way: dict[str, Any]) -> str:
    return " and ".join(f"{key} {value!r}" for key, value in way.items()) or "it is"


def _boolean_ways() -> Iterator[dict[str, Any]]:
    yield {}
    for true, false in _BOOLEANS:
        yield {"true_if": [true], "false_if": [false]}


def _number_ways(cells: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    values = [value.strip() for column in cells.values() for value in column if _has_digit(value)]
    more: dict[str, Any] = {}
    negative = []
    if any(re.fullmatch(r"\(.*\d.*\)", value) for value in values):
        negative.append("parentheses")
    if any(re.fullmatch(r"[\d.,' ]+-", value) for value in values):
        negative.append("trailing_minus")
    if negative:
        more["negative"] = negative
    symbols = {c for value in values for c in value if unicodedata.category(c) == "Sc"}
    if len(symbols) == 1:
        more["currency_symbol"] = symbols.pop()
    for decimal, group in _SEPARATORS:
        way = dict(more)
        if decimal != ".":
            way["decimal_separator"] = decimal
        if group:
            way["group_separator"] = group
        yield way


def _timestamp_ways(
    cells: Mapping[str, Sequence[str]], types: Mapping[str, str | None]
) -> Iterator[dict[str, Any]]:
    yield {}
    yield {"timezone": "UTC"}
    for day, between, time in product(("YYYY-MM-DD", *_DAYS), (" ", '"T"', ", "), _TIMES):
        yield {"timestamp_format": f"{day}{between}{time}"}
    yield {"timestamp_format": "DD-MON-YY HH12.MI.SS.FF AM"}
    yield {"timestamp_format": "YYYYMMDDHH24MISS"}
    for name, values in cells.items():
        if (types[name] or "").startswith("timestamp"):
            for digits in {len(value) for value in values} & {*_EPOCHS}:
                yield {"timestamp_format": _EPOCHS[digits]}


def _number_type(landed: Sequence[str]) -> str:
    scale = max(len(value.partition(".")[2]) for value in landed)
    return f"number({max(18, scale + 18)},{scale})"


def _doubt_zones(
    cells: Mapping[str, Sequence[str]],
    types: Mapping[str, str],
    options: dict[str, Any],
    doubts: list[str],
) -> None:
    """Times without an offset are in some zone, which a file does not say."""
    if "timezone" in options:
        return
    for name, values in cells.items():
        is_time = types.get(name, "").startswith("timestamp") and values
        if is_time and not re.search(r"(Z|[+-]\d\d:?\d\d|^\d+)$", values[0]):
            doubts.append(
                f"{name}: {values[0]!r} is taken as UTC. If the sender's clock is in another zone,"
                " add timezone: Asia/Bangkok, say."
            )
            return
