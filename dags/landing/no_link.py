"""Opening a file that others may replace meanwhile."""

from __future__ import annotations

import os


def open_no_link(path: str, flags: int) -> int:
    """A file that became a link or a pipe since it was found is neither followed nor waited for."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
