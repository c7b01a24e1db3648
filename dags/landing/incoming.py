"""A file or an object, as it was when it was met; what is the same for both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from .feeds import FileFeed
from .found import listed
from .stored import listed as listed_in_store


class Incoming(Protocol):
    """What a landing asks of both; Found and StoredObject say how each answers."""

    @property
    def relative(self) -> str:
        """Its path below the folder, or its key, as feeds take it."""

    @property
    def name(self) -> str:
        """As it is shown and in the ledger."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def changed_ns(self) -> int:
        """When it was changed, in nanoseconds since 1970; another one after each change."""

    @property
    def version(self) -> tuple[str, int, int]:
        """As in the ledger: name, size and time of change."""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""

    @property
    def oddity(self) -> str | None:
        """What it is instead of a file; None for a file."""

    @property
    def is_gzip(self) -> bool:
        """Whether it is one by its name."""

    @property
    def copy_bytes(self) -> int:
        """Room on the disk that its preparation takes."""

    @property
    def unnameable(self) -> str | None:
        """Why nothing of this name can be landed; None if it can."""

    def change(self) -> str | None:
        """Why what was read may not be what was met, in a word; None if it is."""

    def fetch(self, folder: Path) -> Path:
        """Where it can be read; in this folder if it has to be brought there."""

    def release(self, fetched: Path) -> None:
        """Delete what was fetched, if it was."""


def entries(folder: Path, store: str | None, feeds: Sequence[FileFeed]) -> Iterable[Incoming]:
    """What is where the files of some feeds come from.

    Args:
        folder: the incoming folder.
        store: of all of these feeds; None if they take files of the folder.

    Raises:
        StoreError: the store cannot be listed.
        OSError: the folder cannot be.
    """
    if store:
        return listed_in_store(store, feeds)
    return listed(folder, lambda path: any(feed.leads_to(path) for feed in feeds))
