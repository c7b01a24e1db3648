"""The first record of a file against the columns of its feed."""

from __future__ import annotations

import csv
from collections.abc import Sequence

#: Of an unexpected header, this many names and characters of a name are repeated.
_NAMES, _CHARACTERS = 4, 30


class WrongHeaderError(Exception):
    """The columns of a file are not those of its feed; the text says what differs."""


def check(record: str, columns: Sequence[str]) -> None:
    """Same names in the same order; case and blanks around a name do not matter.

    Raises:
        WrongHeaderError: they differ.
    """
    found = [name.strip().lower() for name in next(csv.reader([record]))]
    if found != list(columns):
        expected = ",".join(columns)
        raise WrongHeaderError(f"wrong header: {_difference(found, columns)}. Expected: {expected}")


def _difference(found: list[str], columns: Sequence[str]) -> str:
    if len(found) == 1 and len(columns) > 1:
        return f"one column, {_shortened(found)}: are commas between the names, and LF behind them?"
    missing = [name for name in columns if name not in found]
    unknown = [name for name in found if name not in columns]
    if missing or unknown:
        parts = [f"{', '.join(missing)} missing"] if missing else []
        parts += [f"{_shortened(unknown)} unknown"] if unknown else []
        return "; ".join(parts)
    if len(found) != len(columns):
        return "a column is there twice"
    n = next(i for i, (a, b) in enumerate(zip(found, columns, strict=True)) if a != b)
    return f"order differs: column {n + 1} is {found[n]}, expected {columns[n]}"


def _shortened(names: list[str]) -> str:
    shown = [repr(name[:_CHARACTERS]) for name in names[:_NAMES]]
    more = [f"{len(names) - _NAMES} more"] if len(names) > _NAMES else []
    return ", ".join(shown + more)
