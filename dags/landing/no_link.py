"""Opening a file that others may replace meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

#: Enough to look into a folder that may not be listed; elsewhere than on Linux it must be readable.
_LOOK_INTO = os.O_DIRECTORY | getattr(os, "O_PATH", os.O_RDONLY)


def open_no_link(path: str, flags: int) -> int:
    """A file that became a link or a pipe since it was found is neither followed nor waited for.

    Nor is any of its folders that became a link, so the path must be one that leads over none.
    """
    *folders, name = Path(path).absolute().parts
    folder = os.open(folders[0], _LOOK_INTO)
    try:
        for each in folders[1:]:
            inner = os.open(each, _LOOK_INTO | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
