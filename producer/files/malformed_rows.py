"""Malformed rows for a file, to see what the landing makes of them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator

from producer.contracts.message import Row
from producer.drawing.random_streams import RandomStream

#: Kind -> what is wrong with the row.
KINDS = {
    "short": "two fields are missing at its end",
    "long": "has one field too many",
    "bad-type": "has a value that the column's type does not take",
    "bad-quote": "has a quote inside a quoted field",
    "duplicate-key": "has the key of the row before it, with other content",
}


class MalformedRows:
    """Rows that are added to a file's good ones, at places drawn from the seed.

    Args:
        wanted: kind -> number of rows.
        wrong: column -> a value that its type does not take.
        rows: the file's good rows.
        random_stream: the random numbers that belong to a kind.
    """

    def __init__(
        self,
        wanted: dict[str, int],
        header: tuple[str, ...],
        wrong: dict[str, str],
        rows: int,
        random_stream: Callable[[str], RandomStream],
    ) -> None:
        self._header, self._wrong = header, wrong
        self._kinds_after: dict[int, list[str]] = defaultdict(list)
        for kind, count in wanted.items() if rows else ():
            for number in random_stream(kind).below(rows, count).tolist():
                self._kinds_after[number].append(kind)
        self.count = sum(map(len, self._kinds_after.values()))

    def lines_after(self, number: int, row: Row, previous: Row) -> Iterator[str]:
        """The malformed lines that follow good row ``number``."""
        for index, kind in enumerate(self._kinds_after.get(number, ())):
            yield self._line(kind, f"{row[0]}-{kind}-{index + 1}", row, previous)

    def _line(self, kind: str, key: str, row: Row, previous: Row) -> str:
        rest = row[1:]
        match kind:
            case "short":
                return _csv_line((key, *rest[:-2]))
            case "long":
                return _csv_line((key, *rest, "surplus"))
            case "bad-type":
                named = zip(self._header[1:], rest, strict=True)
                return _csv_line((key, *(self._wrong.get(name, value) for name, value in named)))
            case "bad-quote":
                return f'{key},"in "quotes"",' + _csv_line(rest[1:])
            case "duplicate-key":
                return _csv_line((row[0], *previous[1:]))
        raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")


def _csv_line(row: Row) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()
