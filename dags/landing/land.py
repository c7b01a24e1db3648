"""A feed landed from end to end in one process, as two tasks of the DAG do it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from . import postgres, snowflake
from .feeds import Feed, FileFeed, StreamFeed
from .files import Staged, stage_new_files
from .macros import macros
from .stage_parts import new_load_id
from .unload import Unloaded, unload_new_rows


def land_feed(feed: Feed, folder: Path) -> None:
    """Land what is new for a feed, in Postgres or in a folder of files.

    Raises:
        MacroError: COPY INTO failed, or a file needs a look. Also what unload_new_rows and
            stage_new_files raise.
    """
    match feed:
        case StreamFeed():
            land_stream(feed)
        case FileFeed():
            land_files(feed, folder)
        case _:
            raise TypeError(f"{feed.name}: a {type(feed).__name__} cannot be landed")


def land_stream(feed: StreamFeed, resync_since: str | None = None) -> Unloaded | None:
    """Land what is new in Postgres, or again what is missing in RAW.

    Args:
        resync_since: as for unload_new_rows.

    Returns:
        None if there are no rows.

    Raises:
        MacroError: COPY INTO failed; nothing was landed. Also what unload_new_rows raises.
    """
    with (
        closing(postgres.connect_from_env()) as source,
        closing(snowflake.connect_as_loader()) as target,
    ):
        unloaded = unload_new_rows(feed, source, target, resync_since)
    if unloaded:
        macros().run_operation("land_stream", **unloaded.as_arguments())
    return unloaded


def land_files(feed: FileFeed, folder: Path) -> Staged:
    """Land the new files of a folder.

    Raises:
        MacroError: a file was refused or is over its feed's limit; all others are landed. Also what
            stage_new_files raises.
    """
    run = new_load_id()
    with closing(snowflake.connect_as_loader()) as target:
        staged = stage_new_files(feed, folder, target, run)
    if staged.needs_landing:
        macros().run_operation("land_files", feed=feed.name, run=run)
    return staged
