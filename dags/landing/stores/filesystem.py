"""Stores that fsspec has a filesystem for, of a package that is installed where it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from .store import CHUNK, ChangedObjectError, Entry, StoreError, UnreadableObjectError

#: Keys of the time of writing, and of what differs between two contents, in any filesystem.
_TIMES = ("last_modified", "mtime", "updated", "created")
_TAGS = ("etag", "ETag", "generation", "versionId")


class FileSystem:
    """A bucket or container.

    Args:
        url: as a landing block begins with it.
        root: bucket or container, as the filesystem names it.
        make: makes the filesystem; it finds credentials as its package says.
    """

    def __init__(self, url: str, root: str, make: Callable[[], Any]) -> None:
        self.url = url
        self._root = root
        self._make = make

    @cached_property
    def _fs(self) -> Any:
        return self._make()

    def entries(self, prefix: str, deep: bool) -> Iterator[Entry]:
        """See Store."""
        with self._explained("list"):
            # What another process wrote since the last look must be seen.
            self._fs.invalidate_cache()
            path = f"{self._root}/{prefix}".rstrip("/")
            try:
                if deep:
                    found = [*self._fs.find(path, detail=True).values()]
                else:
                    found = self._fs.ls(path, detail=True)
            except FileNotFoundError:
                if not self._fs.exists(self._root):
                    raise
                found = []  # Nothing begins so: no folder is ever made.
        for info in found:
            entry = self._entry(info)
            # The listing of a folder may have the object that stands for the folder itself.
            if entry.key != prefix.rstrip("/"):
                yield entry

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """See Store. That it is what was listed is asked when it has been read."""
        path = f"{self._root}/{entry.key}"
        try:
            with self._fs.open(path, "rb", cache_type="readahead") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
            self._fs.invalidate_cache()
            now = self._entry(self._fs.info(path))
        except FileNotFoundError:
            raise
        except Exception as error:  # of as many classes as there are packages
            with self._explained("read"):
                self._fs.invalidate_cache()
                self._fs.ls(self._root)
            raise UnreadableObjectError(f"it cannot be read ({_line(error)})") from error
        if (now.tag, now.written, now.size) != (entry.tag, entry.written, entry.size):
            raise ChangedObjectError(entry.key)

    def _entry(self, info: dict[str, Any]) -> Entry:
        key = str(info["name"]).removeprefix("/").removeprefix(f"{self._root}/").rstrip("/")
        written = next((_time(info[name]) for name in _TIMES if info.get(name)), None)
        tag = " ".join(str(info[name]) for name in _TAGS if info.get(name))
        is_folder = info["type"] == "directory"
        return Entry(key, int(info.get("size") or 0), written, tag, is_folder)

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """Raises StoreError with what the package's error means."""
        try:
            yield
        except FileNotFoundError as error:
            text = "it is not there, or these credentials may not see it: check `from` in the block"
            raise StoreError(f"{self.url}: {text} ({_line(error)})") from error
        except PermissionError as error:
            text = f"these credentials may not {what} it"
            raise StoreError(f"{self.url}: {text} ({_line(error)})") from error
        except Exception as error:  # of as many classes as there are packages
            transient = isinstance(error, (OSError, TimeoutError))
            raise StoreError(f"{self.url}: {_line(error)}", transient) from error


def _time(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.fromisoformat(str(value))


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
