"""A file that cannot be landed as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from settings.errors import ExpectedError


class RefusedFileError(ExpectedError):
    """The whole file cannot be landed; the text says why and what to do."""


def too_large(limit: int) -> RefusedFileError:
    """What is said of a file with more bytes than its feed takes."""
    return RefusedFileError(
        f"it has more than {limit:,} bytes: split it, or raise max_bytes in the landing block."
    )


@contextmanager
def readable_as(what: str) -> Iterator[None]:
    """Refuse a file that a library cannot read, whatever it raises: no library lists all of that.

    Args:
        what: the kind of file, as it follows "not readable as".

    Raises:
        RefusedFileError: with the library's words.
        FileNotFoundError: it is gone.
    """
    try:
        yield
    except (RefusedFileError, FileNotFoundError, MemoryError):
        raise
    except Exception as error:
        text = (str(error).splitlines() or [""])[0] or type(error).__name__
        raise RefusedFileError(f"not readable as {what}: {text.rstrip('.')}.") from error
