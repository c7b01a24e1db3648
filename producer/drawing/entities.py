"""Entities: who or what events are about. A table, of which each event draws a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from producer.drawing import kinds
from producer.drawing.draws import Draws, Weighted
from producer.drawing.rows import Column, Rows
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


def build(spec: Mapping[str, Any], name: str, users: str, where: str) -> Entity:
    """The table that configuration describes.

    Args:
        users: pattern of the user registration files, for ``rows: registrations``.

    Raises:
        UsageError: unknown options, or columns that cannot be drawn.
    """
    if unknown := set(spec) - OPTIONS:
        known = ", ".join(sorted(OPTIONS))
        raise UsageError(f"{where}: nothing reads {sorted(unknown)[0]!r}; known: {known}")
    columns: dict[str, Column] = {}
    if spec.get("rows") == "registrations":
        columns |= registrations(users)
        count = len(columns["user_id"])
    elif isinstance(spec["rows"], list):
        columns |= _written(spec["rows"], where)
        count = len(spec["rows"])
    else:
        count = int(spec["rows"])
    drawn: dict[str, Any] = {key: lambda rows, draws, c=c: c for key, c in columns.items()}
    for key, column in (spec.get("columns") or {}).items():
        drawn[key] = kinds.parse(column, f"{where}: {key}")
    rows = Rows(drawn, count, WORLD_SEED, ("entity", name))
    columns = {key: rows[key] for key in drawn}
    weights = _weights(spec, columns, count, where)
    if "lines" in spec:
        columns, weights = _lines(spec["lines"], columns, weights, where)
    since = None
    if "since" in spec:
        since = columns[spec["since"]].astype("datetime64[us]").astype(np.int64)
        order = np.argsort(since, kind="stable")
        since, weights = since[order], weights[order]
        columns = {key: column[order] for key, column in columns.items()}
    return Entity(name, columns, Weighted(weights), since)


def _written(rows: list[dict[str, Any]], where: str) -> dict[str, Column]:
    if any(set(row) != set(rows[0]) for row in rows):
        raise UsageError(f"{where}: rows: each needs the same keys")
    return {name: kinds.objects([row[name] for row in rows]) for name in rows[0]}


def _weights(
    spec: Mapping[str, Any], columns: dict[str, Column], count: int, where: str
) -> np.ndarray:
    weights = np.ones(count)
    if "popularity" in spec:
        # The row of rank r is drawn in proportion to 1 / (r + popularity): few big, many small.
        weights = np.ones(count) / (np.arange(count) + float(spec["popularity"]))
    if "weight" in spec:
        if spec["weight"] not in columns:
            raise UsageError(f"{where}: weight: there is no column {spec['weight']!r}")
        weights = weights * columns[spec["weight"]].astype(np.float64)
    return weights


def _lines(
    spec: Mapping[str, Any], columns: dict[str, Column], weights: np.ndarray, where: str
) -> tuple[dict[str, Column], np.ndarray]:
    """Each row once for each of its lines (``of``: the column that says which), with the lines'
    own columns beside its own and its weight shared out by their ``share``."""
    keys = columns[spec["of"]].tolist()
    if missing := set(keys) - set(spec["values"]):
        raise UsageError(f"{where}: lines: nothing for {', '.join(sorted(missing))}")
    pairs = [(row, line) for row, key in enumerate(keys) for line in spec["values"][key]]
    total = {k: sum(line["share"] for line in lines) for k, lines in spec["values"].items()}
    index = np.asarray([row for row, _ in pairs])
    shares = np.asarray([line["share"] / total[keys[row]] for row, line in pairs])
    own = {name: kinds.objects([line[name] for _, line in pairs]) for name in pairs[0][1]}
    return {**{k: c[index] for k, c in columns.items()}, **own}, weights[index] * shares
