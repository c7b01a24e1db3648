"""Values of Connect's configurations: lists, and `${env:X}` that the worker fills in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from connectors.registrar.errors import RegistrarError

_PLACEHOLDER = re.compile(r"\$\{(\w+):([^}]*)\}")


def split(text: str) -> list[str]:
    """The entries of a comma-separated list, without blanks and empty ones."""
    return [entry for entry in map(str.strip, text.split(",")) if entry]


def listed(config: Mapping[str, str], key: str) -> list[str]:
    """The entries of a setting that is a list; none if it is not set."""
    return split(config.get(key, ""))


def has_placeholder(value: str) -> bool:
    """Whether the worker fills in a part of the value."""
    return bool(_PLACEHOLDER.search(value))


def resolve_placeholders(value: str) -> str:
    """The value as the worker sees it, from this process's own environment.

    For a database or a registry that has to be asked directly.

    Raises:
        RegistrarError: the variable is not set here, or another config provider is meant.
    """
    return _PLACEHOLDER.sub(_variable, value)


def _variable(match: re.Match[str]) -> str:
    provider, name = match.groups()
    if provider != "env":
        raise RegistrarError(f"{match[0]} cannot be filled in here: only ${{env:...}} can")
    if name not in os.environ:
        raise RegistrarError(f"{match[0]} cannot be filled in here: {name} is not set")
    return os.environ[name]
