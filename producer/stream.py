"""A stream: its contract and the recipe of its events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from producer import config, contract
from producer.contract import Contract
from producer.draws import Draws
from producer.errors import UsageError
from producer.timeline import Timeline

BLOCK = 4096
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Stream:
    contract: Contract
    recipe: config.Recipe
    corrections: tuple[str, ...]

    def rows(self, block: int, count: int, seed: int, timeline: Timeline) -> list[Row]:
        """One block of events, ``count`` at most BLOCK, in the contract's order of fields."""
        first = block * BLOCK
        times = timeline.times(first, count, Draws(seed, self.contract.name, block, "times"))
        return self.recipe.rows(count, seed, (block,), first, times).tuples()

    def events(self, count: int, seed: int, timeline: Timeline) -> Iterator[Row]:
        """Events one by one, without faults."""
        for block, size in blocks(count):
            yield from self.rows(block, size, seed, timeline)


def blocks(count: int | None) -> Iterator[tuple[int, int]]:
    """Block numbers with the number of events in each; endless for None."""
    block = 0
    while count is None or block * BLOCK < count:
        yield block, BLOCK if count is None else min(BLOCK, count - block * BLOCK)
        block += 1


def find(name: str, users: str) -> Stream:
    """The stream called ``name`` (its schema's file stem, or its topic).

    Args:
        users: pattern of the user registration files whose users the events are about.

    Raises:
        UsageError: no such stream, or its recipe and its contract do not fit.
    """
    agreed = contract.find(name)
    path = config.HERE / "streams" / f"{agreed.name}.yml"
    data = config.read(path, config.KEYS | {"corrections"})
    fields, wanted = data.get("fields") or {}, agreed.field_names
    if missing := [field for field in wanted if field not in fields]:
        raise UsageError(f"{path}: says nothing about {', '.join(missing)}")
    if unknown := set(fields) - set(wanted):
        raise UsageError(f"{path}: {', '.join(sorted(unknown))}: not in {agreed.name}.avsc")
    ordered = {**data, "fields": {field: fields[field] for field in wanted}}
    return Stream(agreed, config.Recipe(path, ordered, users), tuple(data.get("corrections") or ()))
