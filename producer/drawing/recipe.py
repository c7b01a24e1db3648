"""Reads producer/streams/*.yml and producer/feeds/*.yml: how rows are made up, as data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from producer.drawing import entities, kinds
from producer.drawing.entities import Entity
from producer.drawing.rows import Rows
from producer.drawing.timeline import Rhythm
from producer.errors import UsageError

HERE = Path(__file__).parent.parent
KEYS = {"rhythm", "entities", "fields"}


def named(path: Path) -> str:
    """A path as people know it: from the project's root."""
    return str(path.relative_to(HERE.parent))


def read(path: Path, known: set[str]) -> dict[str, Any]:
    """A YAML file that is a map of known keys.

    Raises:
        UsageError: it is missing, no YAML, or has a key that nothing reads.
    """
    try:
        data = yaml.safe_load(path.read_text())
    except OSError as error:
        raise UsageError(f"{named(path)}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{named(path)}: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("fields", {}), dict):
        raise UsageError(f"{named(path)}: should be a map with {', '.join(sorted(known))}")
    if unknown := sorted(set(data) - known):
        known_keys = ", ".join(sorted(known))
        raise UsageError(f"{named(path)}: nothing reads {unknown[0]!r}; known: {known_keys}")
    return data


class Recipe:
    """How rows of one stream or feed are made up; ``fields`` are in the order of its columns."""

    def __init__(self, path: Path, data: Mapping[str, Any], users: str) -> None:
        self.path, self._users, self._entities = path, users, data.get("entities") or {}
        self.rhythm = Rhythm.parse(data.get("rhythm"), named(path))
        self.kinds = {
            name: kinds.parse(spec, f"{named(path)}: {name}")
            for name, spec in data["fields"].items()
        }

    @cached_property
    def entities(self) -> dict[str, Entity]:
        return {
            name: entities.build(spec, name, self._users, f"{named(self.path)}: {name}")
            for name, spec in self._entities.items()
        }

    def rows(
        self,
        seed: int,
        block: tuple[int, ...],
        first: int,
        times: np.ndarray,
        again: frozenset[str] = frozenset(),
    ) -> Rows:
        """A row for each event time, the first of them number ``first``, of one block of a seed."""
        return Rows(
            self.kinds,
            len(times),
            seed,
            (self.path.stem, *block),
            first=first,
            times=times,
            entities=self.entities,
            again=again,
        )

    def volume(self, times: np.ndarray) -> np.ndarray:
        """How busy the entities that exist at these times make the stream."""
        result = np.ones(len(times))
        for entity in self.entities.values():
            result = result * entity.volume(times)
        return result
