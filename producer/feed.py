"""A feed: one CSV file a month, described by producer/feeds/NAME.yml."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from producer import checks, config, stream
from producer.draws import Draws
from producer.errors import UsageError
from producer.rows import Column, Rows
from producer.timeline import Spread, micros

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Feed:
    """``header`` are the columns of the file; ``file`` its name, with {month} as YYYY_MM."""

    name: str
    file: str
    header: tuple[str, ...]
    recipe: config.Recipe
    timestamps: tuple[int, ...] = ()

    def rows(self, month: str, count: int, seed: int) -> Iterator[Rows]:
        """The month's rows in the order of their event times, a block at a time."""
        start, end = bounds(month)
        spread = Spread(start, end, count, self.recipe.rhythm, self.recipe.volume)
        label = int(month.replace("-", ""))
        for block, size in stream.blocks(count):
            first = block * stream.BLOCK
            draws = Draws(seed, self.name, label, block, "times")
            times = spread.times(first, size, draws)
            yield self.recipe.rows(size, seed, (label, block), first, times)

    def columns(self, month: str, count: int, seed: int) -> dict[str, Column]:
        """All rows of a month as columns; for pools of at most one block."""
        (rows,) = self.rows(month, count, seed)
        return {name: rows[name] for name in self.header}

    def path(self, folder: Path, month: str, compress: bool = False) -> Path:
        name = self.file.format(month=month.replace("-", "_"))
        return folder / (name + ".gz" if compress else name)

    def records(self, month: str, count: int, seed: int) -> Iterator[Row]:
        """Rows as they stand in the file: timestamps as ISO-8601 in UTC."""
        for rows in self.rows(month, count, seed):
            for row in rows.tuples():
                if not self.timestamps:
                    yield row
                    continue
                values = list(row)
                for index in self.timestamps:
                    values[index] = checks.iso(values[index])
                yield tuple(values)


def find(name: str, users: str) -> Feed:
    """The feed described by producer/feeds/NAME.yml.

    Raises:
        UsageError: there is no such file, or it cannot be used.
    """
    path = config.HERE / "feeds" / f"{name}.yml"
    data = config.read(path, config.KEYS | {"file", "stream"})
    if "file" not in data:
        raise UsageError(f"{path}: lacks file, the name of the monthly file")
    if "stream" in data:
        source = stream.find(data["stream"], users)
        fields = source.contract.fields
        stamps = tuple(i for i, field in enumerate(fields) if field.kind == "timestamp-micros")
        return Feed(name, data["file"], source.contract.field_names, source.recipe, stamps)
    recipe = config.Recipe(path, data, users)
    return Feed(name, data["file"], tuple(data["fields"]), recipe)


def available() -> list[str]:
    return sorted(path.stem for path in (config.HERE / "feeds").glob("*.yml"))


def bounds(month: str) -> tuple[int, int]:
    """First microsecond of a month (YYYY-MM, UTC) and of the next.

    Raises:
        UsageError: it is no month.
    """
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"{month!r} is no month: write it as 2026-08") from None
    following = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return micros(start), micros(following)


def write(path: Path, header: tuple[str, ...], records: Iterator[Row]) -> int:
    """Write a CSV file (UTF-8, LF, fields quoted where needed; gzip by suffix) and return its rows.

    The file appears under its name when it is complete. Same records, same bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".tmp")
    count = 0
    try:
        with partial.open("wb") as raw, _text(raw, path.suffix == ".gz") as text:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(header)
            for count, record in enumerate(records, 1):  # noqa: B007
                writer.writerow(record)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _text(raw: io.BufferedIOBase, compress: bool) -> io.TextIOWrapper:
    # Without name and time in gzip's header, the bytes depend on the content alone.
    binary = gzip.GzipFile("", "wb", 6, raw, mtime=0) if compress else raw
    return io.TextIOWrapper(binary, "utf-8", newline="")  # type: ignore[arg-type]
