"""A feed: what one monthly CSV file holds, as producer/feeds/NAME.yml says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from producer.contracts.message import Row
from producer.drawing import recipe
from producer.drawing.entities import Registrations
from producer.drawing.random_streams import RandomStream
from producer.drawing.recipe import Recipe
from producer.drawing.rows import Column, Rows
from producer.drawing.timeline import Spread, micros
from producer.errors import UsageError
from producer.events.stream import BLOCK, blocks, find_stream

KEYS = recipe.KEYS | {"file", "stream", "option", "rows", "wrong"}
#: Rows of a file unless its recipe or the command line says another number.
DEFAULT_ROWS = 1000


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
        """The month's rows in the order of their event times.

        Raises:
            UsageError: the month is not one, or the recipe cannot be drawn.
        """
        for rows in self._blocks(month, count, seed):
            columns = [self._column(rows, name).tolist() for name in self.header]
            yield from zip(*columns, strict=True)

    def columns(self, month: str, count: int, seed: int) -> dict[str, Column]:
        """The same rows as columns."""
        every_block = list(self._blocks(month, count, seed))
        return {
            name: np.concatenate([self._column(rows, name) for rows in every_block])
            for name in self.header
        }

    def _blocks(self, month: str, count: int, seed: int) -> Iterator[Rows]:
        spread = Spread(*month_bounds(month), count, self.recipe.rhythm, self.recipe.volume)
        label = int(month.replace("-", ""))
        for block, size in blocks(count):
            first = block * BLOCK
            times = spread.times(first, size, RandomStream(seed, self.name, label, block, "times"))
            yield self.recipe.rows(seed, (label, block), first, times)

    def _column(self, rows: Rows, name: str) -> Column:
        if name not in self.timestamps:
            return rows[name]
        text = np.datetime_as_string(rows[name].astype("datetime64[us]"), unit="us")
        return np.char.add(text, "Z")

    def path(self, folder: Path, month: str, compress: bool = False) -> Path:
        """The month's file in a folder."""
        name = self.file.format(month=month.replace("-", "_"))
        return folder / (name + ".gz" if compress else name)


def feed_names() -> list[str]:
    """The names of all feeds; feeds whose rows others refer to come first."""
    names = sorted(path.stem for path in (recipe.HERE / "feeds").glob("*.yml"))
    return sorted(names, key=lambda name: "stream" in _read_feed(name)[1])


def rows_option(name: str) -> tuple[str, str, int]:
    """What the command line calls the number of a feed's rows, the feed's file, and its default."""
    _, data = _read_feed(name)
    option = data.get("option", name.replace("_", "-"))
    return option, data["file"], data.get("rows", DEFAULT_ROWS)


def find_feed(name: str, users: Registrations | None = None) -> Feed:
    """The feed described by producer/feeds/NAME.yml.

    Args:
        users: the users whom the rows are about; None where the rows are the users.

    Raises:
        UsageError: there is no such description, or it cannot be used.
    """
    path, data = _read_feed(name)
    about = {"name": name, "file": data["file"], "wrong": data.get("wrong") or {}}
    if users is None:
        users = _no_users
    if "stream" in data:
        source = find_stream(data["stream"], users)
        fields = source.contract.fields
        timestamps = frozenset(field.name for field in fields if field.kind == "timestamp-micros")
        header = source.contract.field_names
        return Feed(header=header, recipe=source.recipe, timestamps=timestamps, **about)
    return Feed(header=tuple(data["fields"]), recipe=Recipe(path, data, users), **about)


def _no_users() -> dict[str, Column]:
    raise ValueError("rows: registrations: this file's rows are the registrations")


def _read_feed(name: str) -> tuple[Path, dict[str, Any]]:
    path = recipe.HERE / "feeds" / f"{name}.yml"
    where = recipe.shown_path(path)
    data = recipe.read_recipe(path, KEYS)
    source = data.get("stream")
    if "file" not in data or bool(source) == bool(data.get("fields")):
        raise UsageError(f"{where}: needs file, and either stream or fields")
    if source and not isinstance(source, str):
        raise UsageError(f"{where}: stream: use the name of one")
    try:
        data["file"].format(month="")
    except (AttributeError, LookupError, ValueError):
        raise UsageError(f"{where}: file: use a name with {{month}} in it") from None
    if type(data.get("rows", 0)) is not int:
        raise UsageError(f"{where}: rows: use a whole number")
    return path, data


def month_bounds(month: str) -> tuple[int, int]:
    """First microsecond of a month (YYYY-MM, UTC) and of the next.

    Raises:
        UsageError: the text is not a month.
    """
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        following = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    except ValueError:
        raise UsageError(f"{month!r} is not a month: use 2026-08") from None
    return micros(start), micros(following)
