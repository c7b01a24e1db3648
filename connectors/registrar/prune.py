"""`prune`: connectors that Connect has and no file describes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from registrar.rest import Connect


def surplus(connect: Connect, folder: Path) -> list[str]:
    """Names of connectors without a file in the folder."""
    known = {file.stem for file in folder.glob("*.yml")}
    return [name for name in connect.names() if name not in known]


def prune(connect: Connect, names: Sequence[str]) -> None:
    """Delete connectors; what they wrote, their topics and their committed offsets stay."""
    for name in names:
        connect.delete(name)
