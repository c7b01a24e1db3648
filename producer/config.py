"""Reads producer/streams/*.yml and producer/feeds/*.yml: how rows are made up, as data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from producer import entities, kinds
from producer.entities import Entity
from producer.errors import UsageError
from producer.rows import Rows
from producer.timeline import Rhythm

HERE = Path(__file__).parent
KEYS = {"rhythm", "entities", "fields"}


def read(path: Path, known: set[str]) -> dict[str, Any]:
    """A YAML file that is a map of known keys.

    Raises:
        UsageError: it is missing, no YAML, or has a key that nothing reads.
    """
    try:
        data = yaml.safe_load(path.read_text())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: {error}") from error
    if not isinstance(data, dict):
        raise UsageError(f"{path}: should be a map with {', '.join(sorted(known))}")
    if unknown := set(data) - known:
        raise UsageError(f"{path}: nothing reads {', '.join(sorted(unknown))}; known: {known}")
    return data


class Recipe:
    """How rows of one stream or feed are made up; ``fields`` are in the order of its columns."""

    def __init__(self, path: Path, data: Mapping[str, Any], users: str) -> None:
        self.path, self.users = path, users
        self.rhythm = Rhythm.parse(data.get("rhythm"), str(path))
        self.kinds = {
            name: kinds.parse(spec, f"{path}: {name}") for name, spec in data["fields"].items()
        }
        self._entities = data.get("entities") or {}

    @cached_property
    def entities(self) -> dict[str, Entity]:
        return {
            name: entities.build(spec, name, self.users, f"{self.path}: {name}")
            for name, spec in self._entities.items()
        }

    def rows(
        self, count: int, seed: int, block: tuple[int, ...], first: int, times: np.ndarray
    ) -> Rows:
        """``count`` rows, the first of them number ``first``, of one block of one seed."""
        scope: tuple[str | int, ...] = (self.path.stem, *block)
        return Rows(
            self.kinds, count, seed, scope, first=first, times=times, entities=self.entities
        )

    def volume(self, times: np.ndarray) -> np.ndarray:
        """How busy the entities that exist at these times make the stream."""
        result = np.ones(len(times))
        for entity in self.entities.values():
            result = result * entity.volume(times)
        return result
