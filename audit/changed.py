"""Names what differs in rows that both sides of a hop have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dags.landing.reconcile.report import Hop, changed_columns

from .workspace import display

#: Key -> a row's values, in an order that both sides share.
Rows = Mapping[str, Sequence[Any]]


def add_changed(
    hop: Hop,
    text: str,
    count: int,
    keys: Iterable[str],
    columns: Sequence[str],
    sides: tuple[tuple[str, Rows], tuple[str, Rows]],
    show_values: bool,
) -> None:
    """Add to a hop the rows that have other values on its far side.

    Args:
        count: of all such rows.
        keys: of those to name; of one that has changed meanwhile only the key is named.
        columns: names of the values.
        sides: what the near and the far side are called, and the rows there with these keys.
    """
    (near, here), (far, there) = sides
    examples = []
    for key in keys:
        pairs = zip(columns, here.get(key, ()), there.get(key, ()), strict=False)
        differing = [(name, a, b) for name, a, b in pairs if a != b]
        examples.append(changed_columns(display(key), differing, near, far, show_values))
    hop.differs(text, count, examples)
