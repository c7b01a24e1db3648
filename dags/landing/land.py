"""A feed landed from end to end in one process, as two tasks of the DAG do it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from . import files, postgres, snowflake, unload
from .feeds import FileFeed, StreamFeed
from .files import Staged
from .macros import macros
from .runs import new_run
from .unload import Unloaded


def land_stream(feed: StreamFeed, resync_since: str | None = None) -> Unloaded | None:
    """Land what is new in Postgres, or again what is missing in RAW; None if there is nothing.

    Raises:
        MacroError: COPY INTO failed; nothing was landed. Also what unload raises.
    """
    with (
        closing(postgres.connect_from_env()) as source,
        closing(snowflake.connect_as_loader()) as target,
    ):
        unloaded = unload.unload(feed, source, target, resync_since)
    if unloaded:
        macros().run("land_stream", **unloaded.as_arguments())
    return unloaded


def land_files(feed: FileFeed, folder: Path) -> Staged:
    """Land the new files of a folder.

    Raises:
        MacroError: a file was refused or is over its feed's limit; all others are landed.
    """
    run = new_run()
    with closing(snowflake.connect_as_loader()) as target:
        staged = files.stage(feed, folder, target, run)
    if staged.needs_landing:
        macros().run("land_files", feed=feed.name, run=run)
    return staged
