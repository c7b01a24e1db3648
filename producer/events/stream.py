"""A stream: its contract and the recipe of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from producer.contracts.contract import Contract, find_contract
from producer.contracts.message import Row
from producer.drawing import recipe
from producer.drawing.entities import Registrations
from producer.drawing.random_streams import RandomStream
from producer.drawing.recipe import Recipe
from producer.drawing.timeline import Timeline
from producer.errors import UsageError

BLOCK = 4096


@dataclass(frozen=True)
class Stream:
    """Draws rows in blocks; a block depends on nothing but its number, the seed and the times.

    Attributes:
        corrections: fields that are drawn again when an event is sent again with changed content.
    """

    contract: Contract
    recipe: Recipe
    corrections: frozenset[str]

    def random_stream(self, seed: int, block: int, purpose: str) -> RandomStream:
        """The random numbers for one purpose in one block."""
        return RandomStream(seed, self.contract.name, block, purpose)

    def times(self, block: int, count: int, seed: int, timeline: Timeline) -> np.ndarray:
        """Event times of a block, in order."""
        return timeline.times(block * BLOCK, count, self.random_stream(seed, block, "times"))

    def rows(self, block: int, seed: int, times: np.ndarray) -> list[Row]:
        """Rows of a block in the contract's order of fields.

        Raises:
            UsageError: the recipe cannot be drawn.
        """
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


def find_stream(name: str, users: Registrations, key_version: int | None = None) -> Stream:
    """The stream called ``name`` (its schema's file stem, or its topic).

    Args:
        users: the users whom the events are about.
        key_version: version of the UUIDs that are its keys; None for the recipe's choice.

    Raises:
        UsageError: there is no such stream, or its recipe and its contract do not fit.
    """
    contract = find_contract(name)
    path = recipe.HERE / "streams" / f"{contract.name}.yml"
    where = recipe.shown_path(path)
    data = recipe.read_recipe(path, recipe.KEYS | {"corrections"})
    fields, wanted = dict(data.get("fields") or {}), contract.field_names
    corrections = data.get("corrections") or []
    if not isinstance(corrections, list):
        raise UsageError(f"{where}: corrections should be a list of fields")
    if missing := [field for field in wanted if field not in fields]:
        raise UsageError(f"{where}: says nothing about {', '.join(missing)}")
    if unknown := [name for name in (*fields, *corrections) if name not in wanted]:
        raise UsageError(f"{where}: {contract.name}.avsc has no field {unknown[0]!r}")
    if key_version is not None:
        fields[contract.key] = {"uuid": key_version}
    ordered = {**data, "fields": {field: fields[field] for field in wanted}}
    return Stream(contract, Recipe(path, ordered, users), frozenset(corrections))
