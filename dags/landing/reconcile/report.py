"""What an audit found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

#: Most keys, rows or files that are named of one difference.
NAMED = 10
#: Characters of a value that are shown.
LONGEST = 100


@dataclass(frozen=True)
class Difference:
    """Something that is only on one side of a hop, or there twice.

    Attributes:
        text: what is wrong, to be read after the number.
        examples: at most NAMED of the keys, rows or files.
    """

    text: str
    count: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        more = ", ..." if self.count > len(self.examples) else ""
        return f"{self.count:,} {self.text}: {', '.join(self.examples)}{more}"


@dataclass
class Hop:
    """One comparison.

    Attributes:
        name: the stream's topic or the feed.
        path: from where to where.
        unit: what is compared and counted.
        checked: number of units compared.
        waiting: units under way: not expected at the far side yet.
        differences: what is wrong.
        notes: what could not be compared, and why.
    """

    name: str
    path: str
    unit: str
    checked: int = 0
    waiting: int = 0
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def differs(self, text: str, count: int, examples: Sequence[str]) -> None:
        """Add a difference, if there is one."""
        if count:
            self.differences.append(Difference(text, count, tuple(examples[:NAMED])))

    def as_json(self) -> dict[str, Any]:
        """As `audit --json` prints it."""
        values = asdict(self)
        return {"name": values.pop("name"), "hop": values.pop("path"), **values}


def changed_columns(
    key: str,
    differing: Sequence[tuple[str, Any, Any]],
    near: str,
    far: str,
    show_values: bool,
) -> str:
    """An example of a difference: which columns of a row differ, and how.

    Args:
        differing: column, its value on the near side, and on the far side.
        near, far: what the sides are called.
        show_values: whether the values may be read by whoever reads the report.
    """
    if not differing:
        return key
    if not show_values:
        return f"{key}: {', '.join(column for column, _, _ in differing)} (values are masked)"
    parts = [
        f"{column} is {_shown(here)} in {near} and {_shown(there)} in {far}"
        for column, here, there in differing
    ]
    return f"{key}: {'; '.join(parts)}"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    text = str(value)
    return f"'{text}'" if len(text) <= LONGEST else f"'{text[:LONGEST]}...'"
