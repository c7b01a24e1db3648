"""register.py wait"""

from __future__ import annotations

import argparse

from connectors.registrar.verbs.context import Context, print_json
from connectors.registrar.wait import wait

HELP = "until connectors and all their tasks run"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS")


def run(context: Context) -> int:
    found = wait(context.connect, context.names(), context.options.timeout)
    if context.options.json:
        print_json({h.name: {"state": h.state, "tasks": [t.state for t in h.tasks]} for h in found})
    else:
        for health in found:
            print(health)
    return 0
