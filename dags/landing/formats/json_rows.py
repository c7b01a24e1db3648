"""Rows of JSON, an object each; numbers keep the digits that they came with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from .header import matched
from .json_elements import json_texts
from .options import FileFormat
from .text_rows import Row
from .values import Native, native


def json_rows(texts: Iterable[str], columns: Sequence[str], form: FileFormat) -> Iterator[Row]:
    """A row for each object: the columns, and one more field with what no column takes, as JSON.

    Raises:
        RefusedFileError: an object is too long, or where the next one begins cannot be known.
    """
    for number, line in json_texts(texts):
        if not line.strip():
            continue
        try:
            found = json.loads(
                line,
                parse_int=Native,
                parse_float=Native,
                parse_constant=_no_constant,
                object_pairs_hook=_object,
            )
            if not isinstance(found, dict):
                raise ValueError("not an object")  # noqa: TRY004 - a fault of the line
            yield Row(number, _in_order(found, columns, form))
        except (ValueError, RecursionError) as error:
            what = (
                "not JSON" if isinstance(error, (json.JSONDecodeError, RecursionError)) else error
            )
            yield Row(number, [line.rstrip("\r")], f"{what}, where each row is an object in JSON")


def to_json(value: Any) -> str:
    """JSON of a value that was read by json_rows."""
    if isinstance(value, Native):
        return str(value)
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name)}: {to_json(one)}" for name, one in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(to_json, value))}]"
    return json.dumps(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _in_order(found: dict[str, Any], columns: Sequence[str], form: FileFormat) -> list[str | None]:
    of_column, unknown, missing = matched(found, columns, form)
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")
    values = list(found.values())
    extra = {name: values[position] for position, name in unknown.items()}
    if extra and form.extra == "quarantine":
        raise ValueError(f"{', '.join(map(repr, extra))} unknown")
    kept = to_json(extra) if extra and form.extra == "keep" else None
    positions = map(of_column.get, columns)
    return [*(None if n is None else _text(values[n], form) for n in positions), kept]


def _text(value: Any, form: FileFormat) -> str | None:
    """A text may be written in the block's format, a number only in JSON's."""
    if isinstance(value, Native):
        # 1e3 is another way to write 1000.
        return Native(f"{Decimal(value):f}") if "e" in value.lower() else value
    if isinstance(value, str):
        return None if value in form.null_if else value
    if isinstance(value, (dict, list)):
        return Native(to_json(value))
    return native(value)
