"""`prune`: remove connectors that Connect has and no file describes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from connectors.registrar.errors import RegistrarError
from connectors.registrar.rest import Connect, NotFoundError
from connectors.registrar.targets import connector_files
from connectors.registrar.verbs.context import CHANGES_PENDING, Context, exit_codes, print_json

HELP = "remove connectors that no file describes; shows them, --yes does it"
EXITS = exit_codes(pending="nothing was done without --yes")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do it")


def run_verb(context: Context) -> int:
    names = without_file(context.connect, context.folder, context.options.targets)
    if context.options.json:
        print_json(names)
    elif not names:
        print("every connector has a file")
    else:
        for name in names:
            print(f"{name}: {'removed' if context.options.yes else 'remove'}")
    if names and not context.confirmed("remove them"):
        return CHANGES_PENDING
    for name in names:
        # What it wrote, its topics and its committed offsets stay.
        context.connect.delete(name)
    return 0


def without_file(connect: Connect, folder: Path, named: Sequence[str] = ()) -> list[str]:
    """Names of connectors without a file in the folder, or those of `named` that are.

    Raises:
        NotFoundError: Connect does not have one that is named.
        RegistrarError: a file describes one that is named.
    """
    described = {file.stem for file in connector_files(folder)}
    existing = connect.names()
    for name in named:
        if name not in existing:
            raise NotFoundError(name)
        if name in described:
            raise RegistrarError(f"{name} has a file, {folder / name}.yml: delete that first")
    return [name for name in existing if name not in described and (not named or name in named)]
