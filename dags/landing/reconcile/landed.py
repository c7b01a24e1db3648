"""The hops inside Snowflake, which a run of the transformations can afford to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from snowflake.connector import SnowflakeConnection

from dags.landing.feeds import Feed, FileFeed, StreamFeed

from . import files, marts, streams
from .report import Hop
from .warehouse import Window


def landed(
    target: SnowflakeConnection,
    every: Sequence[Feed],
    window: Window,
    built: Mapping[str, datetime] | None = None,
) -> Iterator[Hop]:
    """The hops inside Snowflake; with a window they cost what the rows in it cost.

    Args:
        built: that the marts have just been built, and up to which landing of a feed all rows were
            in RAW before; None if they were not, so that the newest rows may be under way.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    for feed in every:
        match feed:
            case FileFeed():
                yield files.compare(target, feed, window)
            case StreamFeed():
                yield streams.landed_once(target, feed, window)
            case _:
                raise TypeError(f"no comparison for a feed of the kind {type(feed).__name__}")
        if hop := marts.compare(target, feed, window, built):
            yield hop
