"""register.py plan"""

from __future__ import annotations

import argparse
from dataclasses import asdict

from connectors.registrar.plan import Change, Setting, plan
from connectors.registrar.prune import surplus
from connectors.registrar.verbs.context import CHANGES_PENDING, Context, painted, print_json

HELP = "what apply would change, secrets masked; exit code 3 if anything"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prune", action="store_true", help="also connectors without a file")


def run(context: Context) -> int:
    wanted = context.definitions()
    passwords = context.listings(offline=False).passwords
    changes = plan(context.connect, context.kafka_for(wanted), wanted, passwords)
    removals = surplus(context.connect, context.folder) if context.options.prune else []
    if context.options.json:
        print_json({"changes": [asdict(c) for c in changes], "remove": removals})
    else:
        for change in changes:
            show(change)
        for name in removals:
            print(painted(f"{name}: remove (register.py prune)", 31))
    return CHANGES_PENDING if removals or any(c.pending for c in changes) else 0


def show(change: Change) -> None:
    """A change as a diff."""
    for topic in change.topics:
        partitions = f" with {topic.partitions} partitions" if topic.partitions else ""
        print(painted(f"topic {topic.name}: create{partitions}", 32))
    print(f"{change.name}: {change.action}")
    for setting in change.settings:
        print(painted(f"  {setting}", _colour(setting)))


def _colour(setting: Setting) -> int:
    return 32 if setting.old is None else 31 if setting.new is None else 33
