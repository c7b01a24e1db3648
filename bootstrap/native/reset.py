"""`reset`: back to a machine on which the stack never ran, but for the downloads."""

from __future__ import annotations

import shutil
import sys

from rich.console import Console

from bootstrap.native import state, up


def run(confirmed: bool, console: Console) -> int:
    """Stop everything and delete the state folder; .env and the download cache stay."""
    folder = state.root()
    if not confirmed and sys.stdin.isatty():
        console.print(
            f"This deletes all data of the stack in {folder}. Type yes to go on: ", end=""
        )
        confirmed = input().strip().lower() == "yes"
        if not confirmed:
            console.print("nothing was deleted")
            return 1
    up.stop_services()
    if folder.exists():
        shutil.rmtree(folder)
        console.print(f"deleted {folder}")
    else:
        console.print(f"there is no {folder}")
    return 0
