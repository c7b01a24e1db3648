"""Objects of a store that may be a feed's files, as they were when they were listed."""

from __future__ import annotations

import fnmatch
import hashlib
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import settings

from .feeds import FileFeed
from .stores.address import store_at
from .stores.store import Entry, Store

log = logging.getLogger(__name__)

#: Objects that are listed between two words about it.
SAID_EVERY = 10_000
#: Below a second, `changed_ns` is what a content's tag comes to.
_SECOND = 1_000_000_000
#: Left by tools that show keys as folders; without content, they are no files.
_PLACEHOLDERS = ("/", "_$folder$")


@dataclass(frozen=True)
class StoredObject:
    """An object, as it was when it was listed.

    Attributes:
        store: where it is.
        entry: as the store listed it.
    """

    store: Store = field(compare=False)
    entry: Entry

    @property
    def relative(self) -> str:
        """Its key, as feeds take it."""
        return self.entry.key

    @property
    def name(self) -> str:
        """Its address: as it is shown and in the ledger."""
        return f"{self.store.url}/{self.entry.key}"

    @property
    def size(self) -> int:
        """In bytes."""
        return self.entry.size

    @property
    def is_folder(self) -> bool:
        """Whether it stands for keys with a further `/`, which no feed takes."""
        return self.entry.is_folder

    @property
    def oddity(self) -> str | None:
        """What it is instead of a file; None for a file."""
        return "a folder" if self.is_folder else None

    @property
    def changed_ns(self) -> int:
        """When it was written, to the second; below that, a number that its content's tag gives.

        Stores tell times by the second, in which an object may be written twice.
        """
        seconds = int(self.entry.written.timestamp()) if self.entry.written else 0
        tag = hashlib.sha256(self.entry.tag.encode()).digest()
        return seconds * _SECOND + int.from_bytes(tag[:8], "big") % _SECOND

    @property
    def version(self) -> tuple[str, int, int]:
        """As in the ledger: address, size and time of change."""
        return (self.name, self.size, self.changed_ns)

    @property
    def is_gzip(self) -> bool:
        """Whether it is one by its name."""
        return self.relative.lower().endswith(".gz")

    @property
    def copy_bytes(self) -> int:
        """Room for what is fetched, and for the compressed copy of it."""
        return self.size * (3 if self.is_gzip else 2)

    @property
    def unnameable(self) -> str | None:
        """Why nothing of this name can be landed; None if it can."""
        # What a key's bytes become if they are not UTF-8; no key that is asked for has them.
        if "\N{REPLACEMENT CHARACTER}" in self.relative:
            return "its name is not UTF-8: rename it."
        return None

    def change(self) -> str | None:
        """None: whatever becomes of it, what fetch has brought is what was listed."""
        return None

    def fetch(self, folder: Path) -> Path:
        """Bring it to this machine; the caller deletes it.

        Raises:
            ChangedObjectError: it was overwritten since it was listed.
            FileNotFoundError: it is gone.
            UnreadableObjectError: this one cannot be read.
            StoreError: the store does not answer.
            OSError: the disk is full.
        """
        ending = ".gz" if self.is_gzip else ".fetched"
        path = folder.resolve() / f"{secrets.token_hex(8)}{ending}"
        with path.open("wb") as file:
            for chunk in self.store.chunks(self.entry):
                file.write(chunk)
        return path

    def release(self, fetched: Path) -> None:
        """Delete what was fetched."""
        fetched.unlink(missing_ok=True)


def listed(url: str, feeds: Sequence[FileFeed]) -> Iterator[StoredObject]:
    """The objects in the folders of some feeds, except those that INCOMING_IGNORED leaves out.

    A folder in these that no feed leads to is listed itself: a bucket may have millions of others.

    Args:
        url: of the store that these feeds have.

    Raises:
        StoreError: it cannot be listed.
    """
    store = store_at(url)
    ignored = settings.get_or_default("INCOMING_IGNORED").split()
    waiting, count = _starts(feeds), 0
    while waiting:
        prefix = waiting.pop()
        deep = any(feed.takes_all_below(prefix.rstrip("/")) for feed in feeds)
        for entry in store.entries(prefix, deep):
            count += 1
            if count % SAID_EVERY == 0:
                log.info("%s: %s objects listed so far", url, f"{count:,}")
            names = entry.key.removeprefix(prefix).lower().split("/")
            if _is_placeholder(entry) or any(
                fnmatch.fnmatchcase(name, pattern) for name in names for pattern in ignored
            ):
                continue
            if entry.is_folder and any(feed.leads_to(entry.key) for feed in feeds):
                waiting.append(f"{entry.key}/")
            else:
                yield StoredObject(store, entry)


def _starts(feeds: Sequence[FileFeed]) -> list[str]:
    """The folders to begin with; none is in another one."""
    every = sorted({feed.first_folder for feed in feeds})
    return [each for each in every if not any(each != o and each.startswith(o) for o in every)]


def _is_placeholder(entry: Entry) -> bool:
    return not entry.size and entry.key.endswith(_PLACEHOLDERS)
