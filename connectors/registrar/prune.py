"""`prune`: connectors that Connect has and no file describes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from connectors.registrar.errors import RegistrarError
from connectors.registrar.rest import Connect


def surplus(connect: Connect, folder: Path, named: Sequence[str] = ()) -> list[str]:
    """Names of connectors without a file in the folder, or those of `named` that are.

    Raises:
        RegistrarError: Connect does not have one that is named, or a file describes it.
    """
    known = {file.stem for file in folder.glob("*.yml")}
    there = connect.names()
    for name in named:
        if name not in there:
            raise RegistrarError(f"Connect has no connector {name} (there: {', '.join(there)})")
        if name in known:
            raise RegistrarError(f"{name} has a file, {folder / name}.yml: delete that first")
    return [name for name in there if name not in known and (not named or name in named)]


def prune(connect: Connect, names: Sequence[str]) -> None:
    """Delete connectors; what they wrote, their topics and their committed offsets stay."""
    for name in names:
        connect.delete(name)
