"""The errors that a person can put right; `rest`, `kafka` and `records` have more kinds of them."""

from __future__ import annotations

from settings.errors import ExpectedError
from settings.errors import UsageError as ExpectedUsageError


class RegistrarError(ExpectedError):
    """Its text names the thing and the fix. The command exits 1."""


class UsageError(RegistrarError, ExpectedUsageError):
    """The command itself was wrong. The command exits 2."""


def first_line(error: Exception) -> str:
    """An error of another library in one line."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
