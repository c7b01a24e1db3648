"""`${env:X}`, filled in on this side when the database has to be asked directly."""

from __future__ import annotations

import os
import re

from connectors.registrar.errors import RegistrarError

_PLACEHOLDER = re.compile(r"\$\{(\w+):([^}]*)\}")


def has_placeholder(value: str) -> bool:
    """Whether the worker fills in a part of the value."""
    return bool(_PLACEHOLDER.search(value))


def resolve(value: str) -> str:
    """The value as the worker sees it, from this process's own environment.

    Raises:
        RegistrarError: the variable is not set here, or another config provider is meant.
    """
    return _PLACEHOLDER.sub(_one, value)


def _one(match: re.Match[str]) -> str:
    provider, name = match.groups()
    if provider != "env":
        raise RegistrarError(f"{match[0]} cannot be filled in here: only ${{env:...}} can")
    if name not in os.environ:
        raise RegistrarError(f"{match[0]} cannot be filled in here: {name} is not set")
    return os.environ[name]
