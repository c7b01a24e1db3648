"""Builds the tables of who or what events are about, as recipes describe them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from producer.drawing.kinds import MISTAKES, explain, objects, parse_kind
from producer.drawing.random_streams import Weighted
from producer.drawing.rows import Column, Draw, Entity, Rows, look_up
from producer.errors import UsageError

# Runs with different seeds draw from the same merchants: the world is one, its events differ.
WORLD_SEED = 0
OPTIONS = {"rows", "columns", "lines", "weight", "popularity", "since"}
#: Reads the registered users, as columns; called only by a recipe that is about them.
Registrations = Callable[[], dict[str, Column]]


def build_entity(spec: Any, name: str, users: Registrations, where: str) -> Entity:
    """The table that a recipe describes.

    Args:
        users: the rows of ``rows: registrations``.

    Raises:
        UsageError: unknown or missing options, or columns that cannot be drawn.
    """
    if not isinstance(spec, Mapping) or "rows" not in spec:
        raise UsageError(f"{where}: needs rows: a number, a list of rows, or registrations")
    if unknown := sorted(map(str, set(spec) - OPTIONS)):
        known = ", ".join(sorted(OPTIONS))
        raise UsageError(f"{where}: nothing reads {unknown[0]!r}; known: {known}")
    try:
        columns = _columns(spec, name, users, where)
        weights = _weights(spec, columns)
        if "lines" in spec:
            columns, weights = _with_lines(spec["lines"], columns, weights)
        if "since" not in spec:
            return Entity(name, columns, Weighted(weights))
        since = look_up("column", spec["since"], columns).astype("datetime64[us]").astype(np.int64)
    except MISTAKES as error:
        raise UsageError(f"{where}: {explain(error)}") from error
    order = np.argsort(since, kind="stable")
    ordered = {key: column[order] for key, column in columns.items()}
    return Entity(name, ordered, Weighted(weights[order]), since[order])


def _columns(
    spec: Mapping[str, Any], name: str, users: Registrations, where: str
) -> dict[str, Column]:
    """The columns that rows come with, and those that are drawn for them."""
    given, count = _given(spec["rows"], users)
    fields = {key: _as_given(column) for key, column in given.items()}
    for key, column in (spec.get("columns") or {}).items():
        fields[key] = parse_kind(column, f"{where}: {key}")
    if not fields or count < 1:
        raise ValueError("needs at least one row and one column")
    rows = Rows(fields, count, WORLD_SEED, ("entity", name))
    return {key: rows[key] for key in fields}


def _as_given(column: Column) -> Draw:
    return lambda rows, rng: column


def _given(rows: Any, users: Registrations) -> tuple[dict[str, Column], int]:
    if rows == "registrations":
        columns = users()
        return columns, len(columns["user_id"])
    if not isinstance(rows, list):
        return {}, int(rows)
    if any(set(row) != set(rows[0]) for row in rows):
        raise ValueError("rows: each needs the same keys")
    return {name: objects([row[name] for row in rows]) for name in rows[0]}, len(rows)


def _weights(spec: Mapping[str, Any], columns: dict[str, Column]) -> np.ndarray:
    count = len(next(iter(columns.values())))
    weights = np.ones(count)
    if "popularity" in spec:
        # The row of rank r is drawn in proportion to 1 / (r + popularity): few big, many small.
        weights = weights / (np.arange(count) + float(spec["popularity"]))
    if "weight" in spec:
        weights = weights * look_up("column", spec["weight"], columns).astype(np.float64)
    return weights


def _with_lines(
    spec: Mapping[str, Any], columns: dict[str, Column], weights: np.ndarray
) -> tuple[dict[str, Column], np.ndarray]:
    """Each row once for each of its lines; the column named by ``of`` says which lines those are.

    The lines' own columns are added to the row's, and its weight is divided by their ``share``.
    """
    keys, lines = look_up("column", spec["of"], columns).tolist(), spec["values"]
    if missing := sorted(set(keys) - set(lines)):
        raise ValueError(f"lines: nothing for {missing[0]!r}")
    total = {key: sum(line["share"] for line in of_key) for key, of_key in lines.items()}
    pairs = [(row, line) for row, key in enumerate(keys) for line in lines[key]]
    index = np.asarray([row for row, _ in pairs])
    shares = np.asarray([line["share"] / total[keys[row]] for row, line in pairs])
    own = {name: objects([line[name] for _, line in pairs]) for name in pairs[0][1]}
    return {name: column[index] for name, column in columns.items()} | own, weights[index] * shares
