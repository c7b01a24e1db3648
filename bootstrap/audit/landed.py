"""The hops inside Snowflake, which a run of the transformations can afford to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from landing.feeds import Feed, FileFeed, StreamFeed
from snowflake.connector import SnowflakeConnection

from . import files, marts, relation
from .report import Hop
from .warehouse import Window


def landed(target: SnowflakeConnection, every: Sequence[Feed], window: Window) -> Iterator[Hop]:
    """The hops inside Snowflake; with a window they cost what the rows in it cost.

    Raises:
        snowflake.connector.Error: Snowflake is away.
    """
    for feed in every:
        if isinstance(feed, FileFeed):
            yield files.compare(target, feed, window)
        if isinstance(feed, StreamFeed):
            yield relation.landed_once(target, feed, window)
        if hop := marts.compare(target, feed, window):
            yield hop
