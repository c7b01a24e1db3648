"""Files that hold a secret: never readable by others, not even for a moment, and never half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(file: Path, text: str, mode: int = 0o600) -> Path:
    """Write a file and its folder, whole or not at all; returns the file.

    Args:
        mode: of the file; its owner's alone unless it says otherwise.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    # Its owner's only, whatever the umask is.
    descriptor, partial = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with open(descriptor, "w") as stream:  # noqa: PTH123 - opened by descriptor for its mode
            os.fchmod(descriptor, mode)
            stream.write(text)
        Path(partial).replace(file)
    except BaseException:
        Path(partial).unlink()
        raise
    return file
