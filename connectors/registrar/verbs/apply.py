"""register.py apply"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from registrar.apply import apply
from registrar.lint.lint import warnings
from registrar.plan import CREATE, UNCHANGED
from registrar.verbs.context import Context, print_json

HELP = "lint, then make Connect match the files, until the connectors run"
DONE = {CREATE: "created", UNCHANGED: "unchanged"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS")


def run(context: Context) -> int:
    wanted = context.definitions()
    # Topics, tables and Connect's own check come up by themselves in what follows.
    for finding in warnings(wanted, context.listings(offline=False)):
        print(finding, file=sys.stderr)
    results = apply(context.connect, context.kafka_for(wanted), wanted, context.options.timeout)
    if context.options.json:
        print_json([{**asdict(change), "state": health.state} for change, health in results])
        return 0
    for change, health in results:
        for topic in change.topics:
            print(f"topic {topic.name}: created")
        print(f"{change.name}: {DONE.get(change.action, 'changed')}, {health.state}")
    return 0
