"""Files and objects that no feed takes: a month must not be missing without a word."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from .feeds import Feed, FileFeed
from .incoming import Incoming, entries
from .stores.store import StoreError


@dataclass(frozen=True)
class Untaken:
    """An entry of the folder or of a store that no feed takes.

    Attributes:
        nearest: the feed that may have been meant.
        reason: why it does not take it, and what to do.
    """

    found: Incoming
    nearest: FileFeed
    reason: str

    def __str__(self) -> str:
        return f"{self.found.name}: {self.reason}"


def every_untaken(folder: Path, feeds: Sequence[Feed]) -> Iterator[str]:
    """A sentence for each entry of the folder and of the feeds' stores that no feed takes.

    Of a store that cannot be listed, the sentence says so.
    """
    for store in sorted({feed.store or "" for feed in feeds if isinstance(feed, FileFeed)}):
        try:
            yield from map(str, untaken(folder, store or None, feeds))
        except StoreError as error:
            yield str(error)


def untaken(folder: Path, store: str | None, feeds: Sequence[Feed]) -> Iterator[Untaken]:
    """Each entry of the folder, or of a store, that no feed takes.

    Files of a feed that are refused are not among them: the ledger has these.

    Args:
        store: None for the folder.

    Raises:
        StoreError: the store cannot be listed.
    """
    own = [feed for feed in feeds if isinstance(feed, FileFeed) and feed.store == store]
    if not own or (not store and not folder.is_dir()):
        return
    for found in entries(folder, store, own):
        name = found.relative
        if not found.oddity and any(feed.takes(name) for feed in own):
            continue
        nearest, why = _nearest(name, own)
        if found.oddity and any(feed.leads_to(name) for feed in own) and found.is_folder:
            why = "it may not be read by this user; change its permissions"
        elif found.oddity:
            why = f"no feed takes {found.oddity}; put the files themselves there"
        else:
            why = f"no feed takes it; {why}"
        yield Untaken(found, nearest, why)


def _nearest(name: str, feeds: Sequence[FileFeed]) -> tuple[FileFeed, str]:
    for feed in feeds:
        pattern = feed.pattern
        if replace(feed, ignore_case=True).takes(name):
            why = "takes lower case only" if pattern == pattern.lower() else "has other capitals"
            return feed, f"{pattern} {why}: set `ignore_case: true` in the block of {feed.name}"
        suffix = PurePath(pattern).suffix
        if suffix and feed.takes(str(PurePath(name).with_suffix(suffix))):
            return feed, f"{pattern} wants {suffix}: save it so"
        if replace(feed, pattern=PurePath(pattern).name).takes(PurePath(name).name):
            return feed, f"{pattern} takes it in another folder: move it"
    patterns = {feed.pattern: feed for feed in feeds}
    [nearest] = difflib.get_close_matches(name, patterns, n=1, cutoff=0.0)
    return patterns[nearest], f"the nearest is {nearest}"
