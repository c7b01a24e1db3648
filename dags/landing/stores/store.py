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
