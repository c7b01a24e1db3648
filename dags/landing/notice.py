"""Something about a feed that a person should look at, though nothing failed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """A sentence about a feed.

    Attributes:
        feed: name of the feed.
        kind: one word, as `status` shows it.
        text: what it is, and what to do.
        run: the run that met it first.
    """

    feed: str
    kind: str
    text: str
    run: str

    def __str__(self) -> str:
        return f"{self.feed}: {self.text}"
