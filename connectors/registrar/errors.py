"""The one error a user sees: a line that names the thing and the fix."""

from __future__ import annotations


class RegistrarError(Exception):
    """Something the user can put right; the text says what and how. The command exits 1."""


class UsageError(RegistrarError):
    """The command itself was wrong. The command exits 2."""
