"""register.py status"""

from __future__ import annotations

import argparse

from connectors.registrar.status import Status, status
from connectors.registrar.verbs.context import Context, painted, print_json

HELP = "states, lag, dead letters, last error; exit code 1 unless all run"


def arguments(_: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(context: Context) -> int:
    kafka = context.kafka_if_known
    found = [status(context.connect, kafka, name, context.state) for name in context.names()]
    if context.options.json:
        print_json({s.health.name: s.as_dict() for s in found})
    else:
        for each in found:
            print(painted(str(each), _colour(each)))
    return 0 if all(s.health.running for s in found) else 1


def _colour(found: Status) -> int:
    return 32 if found.health.running else 31 if found.health.failed else 33
