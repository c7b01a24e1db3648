"""`wait`: until connectors and all their tasks run."""

from __future__ import annotations

import argparse

from connectors.registrar.verbs.context import Context, exit_codes, print_json
from connectors.registrar.waiting import wait_until_running
from settings.printable import printable

HELP = "wait until connectors and all their tasks run"
EXITS = exit_codes(done="all run", failed="one has not run in time")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout", type=float, default=60, metavar="SECONDS", help="for all to run"
    )


def run_verb(context: Context) -> int:
    found = wait_until_running(context.connect, context.names(), context.options.timeout)
    if context.options.json:
        print_json({h.name: {"state": h.state, "tasks": [t.state for t in h.tasks]} for h in found})
    else:
        for health in found:
            print(printable(str(health)))
    return 0
