"""A file that cannot be landed as a whole."""

from __future__ import annotations

from settings.errors import ExpectedError


class RefusedFileError(ExpectedError):
    """The whole file cannot be landed; the text says why and what to do."""


def too_large(limit: int) -> RefusedFileError:
    """What is said of a file with more bytes than its feed takes."""
    return RefusedFileError(
        f"it has more than {limit:,} bytes: split it, or raise max_bytes in the landing block."
    )
