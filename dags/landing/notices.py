"""What a person should look at of the feeds, though nothing failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from snowflake.connector import ProgrammingError, SnowflakeConnection

from . import row_counts
from .feeds import Feed, FileFeed
from .late import late
from .notice import Notice
from .raw_objects import DOES_NOT_EXIST
from .unsettled import unsettled


def of_feeds(target: SnowflakeConnection, feeds: Sequence[Feed]) -> Iterator[Notice]:
    """The notices of all feeds; none of feeds whose ledger is not there yet.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable.
    """
    for feed in feeds:
        if isinstance(feed, FileFeed):
            try:
                yield from of_feed(target, feed)
            except ProgrammingError as error:
                if error.errno != DOES_NOT_EXIST:
                    raise


def of_feed(target: SnowflakeConnection, feed: FileFeed) -> Iterator[Notice]:
    """The notices of one feed.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable, or there is no ledger yet.
    """
    yield from row_counts.unusual(target, feed)
    yield from late(target, feed)
    yield from unsettled(target, feed)
