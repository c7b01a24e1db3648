"""`lint`: what is wrong with the files."""

from __future__ import annotations

import argparse

from connectors.registrar.errors import UsageError
from connectors.registrar.findings import ERROR, Finding
from connectors.registrar.lint.linter import lint_definitions, plugin_classes
from connectors.registrar.targets import read_definitions
from connectors.registrar.verbs.context import Context, exit_codes, painted, print_json

HELP = "check the files: unknown keys, wrong values, settings that lose data"
EXITS = exit_codes(done="no errors", failed="a file has errors")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--offline", action="store_true", help="ask no worker, broker or database")
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="first write the lists of the plugins' settings, as Connect has them",
    )


def run_verb(context: Context) -> int:
    offline = context.options.offline
    if offline and context.options.refresh:
        raise UsageError("--refresh asks Connect: it cannot be --offline")
    wanted = read_definitions(context.options.targets, context.folder)
    listings = context.listings(offline)
    if context.options.refresh:
        for name in sorted({name for d in wanted for name in plugin_classes(d)}):
            listings.refresh(name)
    connect = None if offline else context.connect
    kafka = None if offline else context.kafka_for(wanted)
    found = lint_definitions(wanted, listings, connect, kafka)
    errors = [finding for finding in found if finding.severity == ERROR]
    if context.options.json:
        print_json([_as_dict(finding) for finding in found])
    else:
        for finding in found:
            severity = painted(finding.severity, "red" if finding.severity == ERROR else "yellow")
            print(f"{finding.location}: {severity}: {finding.text}")
        print(f"{len(wanted)} files, {len(errors)} errors, {len(found) - len(errors)} warnings")
    return 1 if errors else 0


def _as_dict(finding: Finding) -> dict[str, str]:
    place, severity = str(finding.location), finding.severity
    return {"place": place, "severity": severity, "key": finding.key, "message": finding.message}
