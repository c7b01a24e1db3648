"""register.py wait"""

from __future__ import annotations

import argparse

from registrar.verbs.context import Context
from registrar.wait import wait

HELP = "until connectors and all their tasks run"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS")


def run(context: Context) -> int:
    for health in wait(context.connect, context.names(), context.options.timeout):
        print(health)
    return 0
