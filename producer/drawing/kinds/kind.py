"""What a kind is, and how a recipe's line becomes one.

A kind is a function of the argument and options that a recipe writes, ``{kind: argument, option:
value}``; it gives a function (rows, draws) -> column.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from producer.drawing.draws import Draws
from producer.drawing.rows import Column, Kind, Rows
from producer.errors import UsageError

KINDS: dict[str, Callable[..., Kind]] = {}


def kind(make: Callable[..., Kind]) -> Callable[..., Kind]:
    """Make a kind known to recipes under its function's name."""
    KINDS[make.__name__.rstrip("_")] = make
    return make


def parse(spec: Any, where: str) -> Kind:
    """The kind that one field's configuration asks for. ``nulls: SHARE`` goes with every kind.

    Raises:
        UsageError: an unknown kind or option, or one that lacks its argument.
    """
    if not isinstance(spec, Mapping) or not spec:
        raise UsageError(f"{where}: write {{KIND: ARGUMENT}} with one of {', '.join(KINDS)}")
    options = dict(spec)
    nulls = options.pop("nulls", 0)
    name = next(iter(options))
    if name not in KINDS:
        raise UsageError(f"{where}: no kind {name!r}; known: {', '.join(KINDS)}")
    argument = options.pop(name)
    try:
        inspect.signature(KINDS[name]).bind(argument, **options)
        made = KINDS[name](argument, **options)
    except (TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{where}: {name}: {error}") from None
    return _with_nulls(made, nulls) if nulls else made


def _with_nulls(made: Kind, share: float) -> Kind:
    def draw(rows: Rows, draws: Draws) -> Column:
        column = made(rows, draws).astype(object)
        column[draws.unit(rows.count) < share] = None
        return column

    return draw


def objects(values: list[Any]) -> Column:
    """An array of Python objects, also when they look like numbers or sequences."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
