"""Broken rows for a file, to see what the landing makes of them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from producer.drawing.draws import Draws

Row = tuple[Any, ...]

#: Kind -> what is wrong with the row.
KINDS = {
    "short": "two fields are missing at its end",
    "long": "a field too many",
    "bad-type": "a value that the column's type does not take",
    "bad-quote": "a quote inside a quoted field",
    "duplicate-key": "the key of the row before it, with other content",
}


class Broken:
    """Rows that come on top of a file's good ones, at places drawn from the seed.

    Args:
        wanted: kind -> number of rows.
        wrong: column -> a value that its type does not take.
        rows: the file's good rows.
    """

    def __init__(
        self,
        wanted: dict[str, int],
        header: tuple[str, ...],
        wrong: dict[str, str],
        rows: int,
        draws: Callable[[str], Draws],
    ) -> None:
        self._header, self._wrong = header, wrong
        self._places: dict[int, list[str]] = defaultdict(list)
        for kind, count in wanted.items() if rows else ():
            for place in draws(kind).below(rows, count).tolist():
                self._places[place].append(kind)
        self.count = sum(map(len, self._places.values()))

    def after(self, place: int, row: Row, previous: Row) -> Iterator[str]:
        """The broken lines that follow good row number ``place``."""
        for number, kind in enumerate(self._places.get(place, ())):
            yield self._line(kind, f"{row[0]}-{kind}-{number + 1}", row, previous)

    def _line(self, kind: str, key: str, row: Row, previous: Row) -> str:
        rest = row[1:]
        if kind == "duplicate-key":
            return _csv((row[0], *previous[1:]))
        if kind == "bad-quote":
            return f'{key},"in "quotes"",' + _csv(rest[1:])
        if kind == "short":
            rest = rest[:-2]
        elif kind == "long":
            rest = (*rest, "surplus")
        else:
            named = zip(self._header[1:], rest, strict=True)
            rest = tuple(self._wrong.get(name, value) for name, value in named)
        return _csv((key, *rest))


def _csv(row: Row) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()
