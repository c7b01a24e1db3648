"""Bind parameters: the strings a client sends, as Python values for DuckDB."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from local_snowflake.errors import not_supported

_EPOCH = dt.datetime(1970, 1, 1)


def _number(text: str) -> int | Decimal:
    return int(text) if text.lstrip("+-").isdigit() else Decimal(text)


def _ntz(nanoseconds: str) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=int(nanoseconds) // 1000)


def _ltz(nanoseconds: str) -> dt.datetime:
    return _ntz(nanoseconds).replace(tzinfo=dt.UTC)


def _tz(text: str) -> dt.datetime:
    """Epoch nanoseconds and the offset from UTC in minutes, plus 1440."""
    nanoseconds, _, offset = text.partition(" ")
    zone = dt.timezone(dt.timedelta(minutes=int(offset or 1440) - 1440))
    return _ltz(nanoseconds).astimezone(zone)


_CONVERT: dict[str, Callable[[str], Any]] = {
    "ANY": str,
    "TEXT": str,
    "FIXED": _number,
    "REAL": float,
    "BINARY": bytes.fromhex,
    "BOOLEAN": lambda text: text.lower() == "true",
    "DATE": lambda ms: (_EPOCH + dt.timedelta(milliseconds=int(ms))).date(),
    "TIME": lambda ns: (_EPOCH + dt.timedelta(microseconds=int(ns) // 1000)).time(),
    "TIMESTAMP_NTZ": _ntz,
    "TIMESTAMP_LTZ": _ltz,
    "TIMESTAMP_TZ": _tz,
}

Binding = dict[str, Any]
Params = list[Any] | dict[str, Any]


def _value(kind: str, text: str | None) -> Any:
    if text is None:
        return None
    if kind not in _CONVERT:
        raise not_supported(f"parameters of type {kind}; bind them as text")
    return _CONVERT[kind](text)


def parameter_sets(bindings: dict[str, Binding] | None) -> list[Params | None]:
    """The parameters of each execution: one set, or one per row of a batch (executemany).

    Raises:
        SnowflakeError: a parameter has a type that this server does not know.
    """
    if not bindings:
        return [None]
    if not all(key.isdigit() for key in bindings):
        return [{name: _value(b["type"], b["value"]) for name, b in bindings.items()}]
    columns = [bindings[str(position)] for position in range(1, len(bindings) + 1)]
    if not any(isinstance(column["value"], list) for column in columns):
        return [[_value(column["type"], column["value"]) for column in columns]]
    values = [[_value(c["type"], text) for text in c["value"]] for c in columns]
    return [list(row) for row in zip(*values, strict=True)]
