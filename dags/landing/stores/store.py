"""What a landing asks of an object store, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from settings.errors import ExpectedError

#: Bytes read at a time.
CHUNK = 1 << 20


class StoreError(ExpectedError):
    """A store cannot be read; the text names it, and the fix.

    Attributes:
        transient: it may go away without a person's help.
    """

    def __init__(self, text: str, transient: bool = False) -> None:
        super().__init__(text)
        self.transient = transient


class UnreadableObjectError(ExpectedError):
    """One object cannot be read now, and the store's others can; the text is the reason."""


class ChangedObjectError(ExpectedError):
    """An object was overwritten since it was listed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as it was listed, or what many keys have in common up to a `/`.

    Attributes:
        key: of a folder without the `/` at its end.
        size: in bytes.
        written: when, by the store's clock.
        tag: another one for another content (ETag, generation).
        is_folder: it is such a beginning of keys.
    """

    key: str
    size: int
    written: datetime | None
    tag: str
    is_folder: bool = False


class Store(Protocol):
    """A bucket or container.

    Attributes:
        url: as a landing block begins with it, without `/` at its end.
    """

    url: str

    def entries(self, prefix: str, deep: bool) -> Iterator[Entry]:
        """The objects whose keys begin with a prefix, as the store pages them.

        Args:
            prefix: empty, or ends with `/`.
            deep: also those with a further `/` in their key; otherwise there is a folder for them.

        Raises:
            StoreError: it cannot be listed.
        """

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """The bytes of an object: those that were listed, or an error.

        Raises:
            ChangedObjectError: it was overwritten meanwhile.
            FileNotFoundError: it is gone.
            UnreadableObjectError: this one cannot be read.
            StoreError: the store does not answer.
        """


def named(url: str, meaning: str, text: str) -> str:
    """The text of a StoreError: which store, what is wrong and the fix, and the package's words.

    Args:
        meaning: empty if these words say it all.
    """
    return f"{url}: {meaning} ({text})" if meaning else f"{url}: {text}"


def in_a_line(error: Exception) -> str:
    """What an error says, or its kind if it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__
