"""register.py rewind"""

from __future__ import annotations

import argparse
from dataclasses import asdict

from connectors.registrar.rewind import preview, rewind
from connectors.registrar.verbs.context import CHANGES_PENDING, Context, print_json

HELP = "have a sink read from elsewhere; shows what would move, --yes does it"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        required=True,
        metavar="WHERE",
        help="earliest, latest, a time (2026-05-06T07:00:00Z), or PARTITION=OFFSET[,...]",
    )
    parser.add_argument("--yes", action="store_true", help="do it")


def run(context: Context) -> int:
    name = context.one_name()
    moves = preview(context.connect, context.kafka, name, context.options.to)
    if context.options.json:
        print_json([asdict(move) for move in moves])
    else:
        for move in moves:
            print(move)
    if not context.confirmed("move the offsets"):
        return CHANGES_PENDING
    rewind(context.connect, name, moves)
    return 0
