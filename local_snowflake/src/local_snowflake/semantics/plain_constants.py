"""Constants in the one form that Snowflake and DuckDB read alike: `CAST('2026-11-01' AS DATE)`.

The macros that read every other form are long, and DuckDB binds them again for each constant. dbt's
unit tests consist of such casts: without the macros a build takes a third of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from sqlglot import exp

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,8})?")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?")


def _is_moment(form: re.Pattern[str], text: str) -> bool:
    if not form.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.split(".")[0])
    except ValueError:
        return False
    return True


_READ_ALIKE: dict[str, Callable[[str], bool]] = {
    "boolean": lambda text: text.lower() in ("true", "false"),
    "date": lambda text: _is_moment(_DATE, text),
    "timestamp": lambda text: _is_moment(_TIMESTAMP, text),
    "integer": lambda text: _NUMBER.fullmatch(text) is not None,
    "number": lambda text: _NUMBER.fullmatch(text) is not None,
}


def is_plain(node: exp.Expr, kind: str) -> bool:
    """Whether DuckDB may convert a node to what the macro `sf_KIND` would make of it."""
    read_alike = _READ_ALIKE.get(kind)
    if read_alike is None or isinstance(node, exp.Null):
        return read_alike is not None
    return isinstance(node, exp.Literal) and node.is_string and read_alike(node.name)
