"""register.py apply"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from connectors.registrar.apply import Result, apply
from connectors.registrar.lint.lint import warnings
from connectors.registrar.plan import CREATE, UNCHANGED
from connectors.registrar.verbs.context import Context, print_json

HELP = "lint, then make Connect match the files, until the connectors run"
DONE = {CREATE: "created", UNCHANGED: "unchanged"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS")


def run(context: Context) -> int:
    wanted = context.definitions()
    listings, kafka = context.listings(offline=False), context.kafka_for(wanted)
    for finding in warnings(wanted, listings, context.connect, kafka):
        print(finding, file=sys.stderr)
    timeout = context.options.timeout
    results = apply(context.connect, kafka, wanted, listings.passwords, timeout)
    if context.options.json:
        print_json([{**asdict(r.change), "state": r.state, "error": r.error} for r in results])
    else:
        for result in results:
            _show(result)
    return 1 if any(result.error for result in results) else 0


def _show(result: Result) -> None:
    change = result.change
    if result.error:
        print(f"error: {change.name}: {change.action}: {result.error}", file=sys.stderr)
        return
    for topic in change.topics:
        print(f"topic {topic.name}: created")
    print(f"{change.name}: {DONE.get(change.action, 'changed')}, {result.state}")
