"""The one error a user sees: a line that names the thing and the fix."""

from __future__ import annotations

import settings
from settings.errors import ExpectedError


class RegistrarError(ExpectedError):
    """Something the user can put right; the text says what and how. The command exits 1."""


class UsageError(RegistrarError, settings.UsageError):
    """The command itself was wrong. The command exits 2."""
