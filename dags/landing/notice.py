"""Something about a feed that a person should look at, though nothing failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Notice:
    """A sentence about a feed.

    Attributes:
        feed: name of the feed.
        kind: one word, as `status` shows it.
        text: what it is, and what to do.
        run: the run that met it first; None if time alone has brought it.
        since: when time brought it, in UTC.
    """

    feed: str
    kind: str
    text: str
    run: str | None = None
    since: datetime | None = None

    def __str__(self) -> str:
        return f"{self.feed}: {self.text}"
