"""Entities: who or what events are about. A table, of which each event draws a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from producer.drawing import kinds
from producer.drawing.draws import Draws, Weighted
from producer.drawing.rows import Column, Kind, Rows
from producer.drawing.users import registrations
from producer.errors import UsageError

# Runs with different seeds draw from the same merchants: the world is one, its events differ.
WORLD_SEED = 0
OPTIONS = {"rows", "columns", "lines", "weight", "popularity", "since"}


@dataclass
class Entity:
    """Columns of equal length, the odds of each row, and since when each row exists."""

    name: str
    columns: dict[str, Column]
    odds: Weighted
    since: np.ndarray | None = None

    def column(self, name: str) -> Column:
        if name not in self.columns:
            raise UsageError(f"{self.name} has no {name!r}; it has {', '.join(self.columns)}")
        return self.columns[name]

    def pick(self, draws: Draws, count: int, times: np.ndarray | None) -> np.ndarray:
        """Row numbers; with ``since``, of rows that exist by then (all, when none does yet)."""
        if self.since is None or times is None:
            return self.odds.pick(draws, count)
        existing = np.searchsorted(self.since, times, side="right")
        existing[existing == 0] = len(self.since)
        return self.odds.pick(draws, count, existing)

    def volume(self, times: np.ndarray) -> np.ndarray:
        """The weight of the rows that exist at these times: how busy they make the stream."""
        if self.since is None:
            return np.ones(len(times))
        return np.concatenate([[0.0], self.odds.edges])[np.searchsorted(self.since, times, "right")]


def build(spec: Any, name: str, users: str, where: str) -> Entity:
    """The table that a recipe describes.

    Args:
        users: pattern of the user registration files, for ``rows: registrations``.

    Raises:
        UsageError: unknown or missing options, or columns that cannot be drawn.
    """
    if not isinstance(spec, Mapping) or "rows" not in spec:
        raise UsageError(f"{where}: needs rows: a number, a list of rows, or registrations")
    if unknown := sorted(set(spec) - OPTIONS):
        known = ", ".join(sorted(OPTIONS))
        raise UsageError(f"{where}: nothing reads {unknown[0]!r}; known: {known}")
    try:
        columns = _columns(spec, name, users, where)
        weights = _weights(spec, columns, where)
        if "lines" in spec:
            columns, weights = _with_lines(spec["lines"], columns, weights, where)
        if "since" not in spec:
            return Entity(name, columns, Weighted(weights))
        since = _column(columns, spec["since"], where).astype("datetime64[us]").astype(np.int64)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise UsageError(f"{where}: {type(error).__name__}: {error}") from error
    order = np.argsort(since, kind="stable")
    ordered = {key: column[order] for key, column in columns.items()}
    return Entity(name, ordered, Weighted(weights[order]), since[order])


def _columns(spec: Mapping[str, Any], name: str, users: str, where: str) -> dict[str, Column]:
    """The columns that rows come with, and those that are drawn beside them."""
    given, count = _given(spec["rows"], users, where)
    all_kinds = {key: _as_given(column) for key, column in given.items()}
    for key, column in (spec.get("columns") or {}).items():
        all_kinds[key] = kinds.parse(column, f"{where}: {key}")
    rows = Rows(all_kinds, count, WORLD_SEED, ("entity", name))
    return {key: rows[key] for key in all_kinds}


def _as_given(column: Column) -> Kind:
    return lambda rows, draws: column


def _given(rows: Any, users: str, where: str) -> tuple[dict[str, Column], int]:
    if rows == "registrations":
        columns = registrations(users)
        return columns, len(columns["user_id"])
    if not isinstance(rows, list):
        return {}, int(rows)
    if any(set(row) != set(rows[0]) for row in rows):
        raise UsageError(f"{where}: rows: each needs the same keys")
    return {name: kinds.objects([row[name] for row in rows]) for name in rows[0]}, len(rows)


def _column(columns: Mapping[str, Column], name: str, where: str) -> Column:
    if name not in columns:
        raise UsageError(f"{where}: there is no column {name!r}; known: {', '.join(columns)}")
    return columns[name]


def _weights(spec: Mapping[str, Any], columns: dict[str, Column], where: str) -> np.ndarray:
    count = len(next(iter(columns.values())))
    weights = np.ones(count)
    if "popularity" in spec:
        # The row of rank r is drawn in proportion to 1 / (r + popularity): few big, many small.
        weights = weights / (np.arange(count) + float(spec["popularity"]))
    if "weight" in spec:
        weights = weights * _column(columns, spec["weight"], where).astype(np.float64)
    return weights


def _with_lines(
    spec: Mapping[str, Any], columns: dict[str, Column], weights: np.ndarray, where: str
) -> tuple[dict[str, Column], np.ndarray]:
    """Each row once for each of its lines (``of``: the column that says which), with the lines'
    own columns beside its own and its weight shared out by their ``share``."""
    keys, lines = _column(columns, spec["of"], where).tolist(), spec["values"]
    if missing := sorted(set(keys) - set(lines)):
        raise UsageError(f"{where}: lines: nothing for {missing[0]!r}")
    total = {key: sum(line["share"] for line in of_key) for key, of_key in lines.items()}
    pairs = [(row, line) for row, key in enumerate(keys) for line in lines[key]]
    index = np.asarray([row for row, _ in pairs])
    shares = np.asarray([line["share"] / total[keys[row]] for row, line in pairs])
    own = {name: kinds.objects([line[name] for _, line in pairs]) for name in pairs[0][1]}
    return {name: column[index] for name, column in columns.items()} | own, weights[index] * shares
