"""A stream: its contract and the recipe of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from producer.contracts import contract
from producer.contracts.contract import Contract
from producer.contracts.message import Row
from producer.drawing import recipe
from producer.drawing.draws import Draws
from producer.drawing.recipe import Recipe
from producer.drawing.timeline import Timeline
from producer.errors import UsageError

BLOCK = 4096


@dataclass(frozen=True)
class Stream:
    """Draws rows in blocks; a block depends on nothing but its number, the seed and the times."""

    contract: Contract
    recipe: Recipe
    #: Fields that are drawn anew when an event is sent again with changed content.
    corrections: frozenset[str]

    def draws(self, seed: int, block: int, purpose: str) -> Draws:
        return Draws(seed, self.contract.name, block, purpose)

    def times(self, block: int, count: int, seed: int, timeline: Timeline) -> np.ndarray:
        """Event times of a block, in order."""
        return timeline.times(block * BLOCK, count, self.draws(seed, block, "times"))

    def rows(self, block: int, seed: int, times: np.ndarray) -> list[Row]:
        """Rows of a block in the contract's order of fields."""
        return self.recipe.rows(seed, (block,), block * BLOCK, times).tuples()

    def corrected(self, block: int, seed: int, times: np.ndarray) -> dict[str, list[Any]]:
        """Other values for each of ``corrections``, everything else about the rows being equal."""
        rows = self.recipe.rows(seed, (block,), block * BLOCK, times, self.corrections)
        return {name: rows[name].tolist() for name in self.corrections}


def blocks(count: int | None, worker: int = 0, workers: int = 1) -> Iterator[tuple[int, int]]:
    """Numbers of a worker's blocks, with the number of rows in each; endless for None."""
    block = worker
    while count is None or block * BLOCK < count:
        yield block, BLOCK if count is None else min(BLOCK, count - block * BLOCK)
        block += workers


def find(name: str, users: str, key_version: int | None = None) -> Stream:
    """The stream called ``name`` (its schema's file stem, or its topic).

    Args:
        users: pattern of the user registration files whose users the events are about.
        key_version: version of the UUIDs that are its keys; None for the recipe's choice.

    Raises:
        UsageError: no such stream, or its recipe and its contract do not fit.
    """
    agreed = contract.find(name)
    path = recipe.HERE / "streams" / f"{agreed.name}.yml"
    data = recipe.read(path, recipe.KEYS | {"corrections"})
    fields, wanted = dict(data.get("fields") or {}), agreed.field_names
    corrections = frozenset(data.get("corrections") or ())
    if missing := [field for field in wanted if field not in fields]:
        raise UsageError(f"{recipe.named(path)}: says nothing about {', '.join(missing)}")
    if unknown := sorted({*fields, *corrections} - set(wanted)):
        raise UsageError(f"{recipe.named(path)}: {agreed.name}.avsc has no {unknown[0]!r}")
    if key_version is not None:
        fields[agreed.key] = {"uuid": key_version}
    ordered = {**data, "fields": {field: fields[field] for field in wanted}}
    return Stream(agreed, Recipe(path, ordered, users), corrections)
