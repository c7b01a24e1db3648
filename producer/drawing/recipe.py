"""Recipes: YAML files that say how the rows of a stream or feed are made up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from producer.drawing.entities import Registrations, build_entity
from producer.drawing.kinds import parse_kind
from producer.drawing.rows import Entity, Rows
from producer.drawing.timeline import Rhythm
from producer.errors import UsageError

HERE = Path(__file__).parent.parent
KEYS = {"rhythm", "entities", "fields"}


def shown_path(path: Path) -> str:
    """A path as people know it: from the project's root."""
    return str(path.relative_to(HERE.parent))


def read_recipe(path: Path, known: set[str]) -> dict[str, Any]:
    """A YAML file that is a map of known keys, with maps under ``fields`` and ``entities``.

    Raises:
        UsageError: it is missing, is not valid YAML, or has a key that nothing reads.
    """
    where = shown_path(path)
    try:
        data = yaml.safe_load(path.read_text())
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{where}: {error}") from error
    keys = ", ".join(sorted(known))
    if not isinstance(data, dict):
        raise UsageError(f"{where}: should be a map with {keys}")
    for name in ("fields", "entities"):
        named = data.get(name) or {}
        if not isinstance(named, dict) or any("." in str(key) for key in named):
            raise UsageError(f"{where}: {name} should be a map of names without a dot")
        if not all(isinstance(key, str) for key in named):
            raise UsageError(f"{where}: {name}: put names that look like numbers into quotes")
    if unknown := sorted(map(str, set(data) - known)):
        raise UsageError(f"{where}: nothing reads {unknown[0]!r}; known: {keys}")
    return data


class Recipe:
    """How rows of one stream or feed are made up; ``fields`` are in the order of its columns."""

    def __init__(self, path: Path, data: Mapping[str, Any], users: Registrations) -> None:
        self.path, self._users, self._entities = path, users, data.get("entities") or {}
        where = shown_path(path)
        self.rhythm = Rhythm.parse(data.get("rhythm"), where)
        self.fields = {
            name: parse_kind(spec, f"{where}: {name}") for name, spec in data["fields"].items()
        }

    @cached_property
    def entities(self) -> dict[str, Entity]:
        """The tables that rows draw from, by name.

        Raises:
            UsageError: one cannot be built.
        """
        where = shown_path(self.path)
        return {
            name: build_entity(spec, name, self._users, f"{where}: {name}")
            for name, spec in self._entities.items()
        }

    def rows(
        self,
        seed: int,
        block: tuple[int, ...],
        first: int,
        times: np.ndarray,
        redrawn: frozenset[str] = frozenset(),
    ) -> Rows:
        """A row for each event time, the first of them number ``first``, of one block of a seed."""
        scope: tuple[str | int, ...] = (self.path.stem, *block)
        return Rows(self.fields, len(times), seed, scope, first, times, self.entities, redrawn)

    def volume(self, times: np.ndarray) -> np.ndarray:
        """How busy the entities that exist at these times make the stream."""
        result = np.ones(len(times))
        for entity in self.entities.values():
            result = result * entity.volume(times)
        return result
