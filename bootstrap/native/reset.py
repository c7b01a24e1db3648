"""`reset`: back to a machine on which the stack never ran, but for the downloads."""

from __future__ import annotations

import shutil
import sys

from rich.console import Console

from bootstrap.native import state, up


def run(confirmed: bool, console: Console) -> int:
    """Stop everything and delete the state folder; .env and the download cache stay."""
    folder = state.root()
    if not confirmed and not agreed(f"all data of the stack in {folder}", console):
        return 1
    up.stop_services()
    if folder.exists():
        shutil.rmtree(folder)
        console.print(f"deleted {folder}")
    else:
        console.print(f"there is no {folder}")
    return 0


def agreed(what: str, console: Console) -> bool:
    """Whether a person at a terminal lets it be deleted; a script is not asked."""
    if not sys.stdin.isatty():
        return True
    console.print(f"This deletes {what}. Type yes to go on: ", end="")
    if input().strip().lower() == "yes":
        return True
    console.print("nothing was deleted")
    return False
