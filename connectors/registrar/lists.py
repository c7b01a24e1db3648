"""Lists, as Connect's configurations write them."""

from __future__ import annotations

from collections.abc import Mapping


def split(text: str) -> list[str]:
    """The entries of a comma-separated list, without blanks and empty ones."""
    return [entry for entry in map(str.strip, text.split(",")) if entry]


def listed(config: Mapping[str, str], key: str) -> list[str]:
    """The entries of a setting that is a list; none if it is not set."""
    return split(config.get(key, ""))
