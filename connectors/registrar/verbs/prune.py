"""register.py prune"""

from __future__ import annotations

import argparse

from connectors.registrar.prune import prune, surplus
from connectors.registrar.verbs.context import CHANGES_PENDING, Context, print_json

HELP = "remove connectors that no file describes; shows them, --yes does it"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do it")


def run(context: Context) -> int:
    names = surplus(context.connect, context.folder, context.options.targets)
    if context.options.json:
        print_json(names)
    elif not names:
        print("every connector has a file")
    else:
        for name in names:
            print(f"{name}: {'removed' if context.options.yes else 'remove'}")
    if names and not context.confirmed("remove them"):
        return CHANGES_PENDING
    prune(context.connect, names)
    return 0
