"""A feed: what one monthly CSV file holds, as producer/feeds/NAME.yml says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from producer.drawing import recipe
from producer.drawing.draws import Draws
from producer.drawing.recipe import Recipe
from producer.drawing.rows import Column, Rows
from producer.drawing.timeline import Spread, micros
from producer.errors import UsageError
from producer.events import stream

KEYS = recipe.KEYS | {"file", "stream", "option", "rows", "wrong"}
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Feed:
    """One feed.

    Attributes:
        file: the file's name, with ``{month}`` as YYYY_MM.
        header: the file's columns; the first one is the key.
        wrong: column -> a value that its type does not take.
        timestamps: columns of microseconds, written as ISO-8601 in UTC.
    """

    name: str
    file: str
    header: tuple[str, ...]
    wrong: dict[str, str]
    recipe: Recipe
    timestamps: frozenset[str] = frozenset()

    def records(self, month: str, count: int, seed: int) -> Iterator[Row]:
        """The month's rows in the order of their event times."""
        for rows in self._blocks(month, count, seed):
            columns = [self._column(rows, name).tolist() for name in self.header]
            yield from zip(*columns, strict=True)

    def columns(self, month: str, count: int, seed: int) -> dict[str, Column]:
        """The same rows as columns."""
        blocks = list(self._blocks(month, count, seed))
        return {
            name: np.concatenate([self._column(rows, name) for rows in blocks])
            for name in self.header
        }

    def _blocks(self, month: str, count: int, seed: int) -> Iterator[Rows]:
        spread = Spread(*bounds(month), count, self.recipe.rhythm, self.recipe.volume)
        label = int(month.replace("-", ""))
        for block, size in stream.blocks(count):
            first = block * stream.BLOCK
            times = spread.times(first, size, Draws(seed, self.name, label, block, "times"))
            yield self.recipe.rows(seed, (label, block), first, times)

    def _column(self, rows: Rows, name: str) -> Column:
        if name not in self.timestamps:
            return rows[name]
        text = np.datetime_as_string(rows[name].astype("datetime64[us]"), unit="us")
        return np.char.add(text, "Z")

    def path(self, folder: Path, month: str, compress: bool = False) -> Path:
        """Where the month's file stands in a folder."""
        name = self.file.format(month=month.replace("-", "_"))
        return folder / (name + ".gz" if compress else name)


def available() -> list[str]:
    """The names of all feeds; feeds whose rows others refer to come first."""
    names = sorted(path.stem for path in (recipe.HERE / "feeds").glob("*.yml"))
    return sorted(names, key=lambda name: "stream" in _read(name))


def option(name: str) -> tuple[str, str, int]:
    """What the command line calls the number of a feed's rows, the feed's file, and its default."""
    data = _read(name)
    return data.get("option", name.replace("_", "-")), data["file"], data.get("rows", 1000)


def find(name: str, users: str) -> Feed:
    """The feed described by producer/feeds/NAME.yml.

    Args:
        users: pattern of the user registration files whose users the rows are about.

    Raises:
        UsageError: there is no such description, or it cannot be used.
    """
    data = _read(name)
    about = {"name": name, "file": data["file"], "wrong": data.get("wrong") or {}}
    if "stream" in data:
        source = stream.find(data["stream"], users)
        fields = source.contract.fields
        stamps = frozenset(field.name for field in fields if field.kind == "timestamp-micros")
        header = source.contract.field_names
        return Feed(header=header, recipe=source.recipe, timestamps=stamps, **about)
    path = recipe.HERE / "feeds" / f"{name}.yml"
    return Feed(header=tuple(data["fields"]), recipe=Recipe(path, data, users), **about)


def _read(name: str) -> dict[str, Any]:
    path = recipe.HERE / "feeds" / f"{name}.yml"
    data = recipe.read(path, KEYS)
    if "file" not in data or ("stream" in data) == ("fields" in data):
        raise UsageError(f"{recipe.named(path)}: needs file, and either stream or fields")
    return data


def bounds(month: str) -> tuple[int, int]:
    """First microsecond of a month (YYYY-MM, UTC) and of the next.

    Raises:
        UsageError: it is no month.
    """
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        following = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    except ValueError:
        raise UsageError(f"{month!r} is no month: write it as 2026-08") from None
    return micros(start), micros(following)
