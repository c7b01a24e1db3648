"""register.py lint"""

from __future__ import annotations

import argparse
from dataclasses import asdict

from connectors.registrar.errors import UsageError
from connectors.registrar.lint.finding import ERROR, Finding
from connectors.registrar.lint.lint import classes, lint
from connectors.registrar.verbs.context import Context, painted, print_json

HELP = "what is wrong with the files: unknown keys, bad values, settings that lose data"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--offline", action="store_true", help="ask no worker, broker or database")
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="first write the plugins' settings as Connect has them",
    )


def run(context: Context) -> int:
    offline = context.options.offline
    if offline and context.options.refresh:
        raise UsageError("--refresh asks Connect: it cannot be --offline")
    wanted = context.drafts()
    listings = context.listings(offline)
    if context.options.refresh:
        for name in sorted({name for d in wanted for name in classes(d)}):
            listings.refresh(name)
    connect = None if offline else context.connect
    kafka = None if offline else context.kafka_for(wanted)
    found = lint(wanted, listings, connect, kafka)
    errors = [finding for finding in found if finding.severity == ERROR]
    if context.options.json:
        print_json([{**asdict(f), "place": str(f.place)} for f in found])
    else:
        for finding in found:
            print(_painted(finding))
        print(f"{len(wanted)} files, {len(errors)} errors, {len(found) - len(errors)} warnings")
    return 1 if errors else 0


def _painted(finding: Finding) -> str:
    colour = 31 if finding.severity == ERROR else 33
    return str(finding).replace(finding.severity, painted(finding.severity, colour), 1)
