"""The command line: one sub-command a verb."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from confluent_kafka.admin import AdminClient

from registrar import targets, topics
from registrar.apply import apply
from registrar.definition import Definition
from registrar.errors import RegistrarError, UsageError
from registrar.health import look
from registrar.rest import Connect
from registrar.wait import wait

EXAMPLES = """\
examples:
  register.py apply                          make Connect match every *.yml beside register.py
  register.py apply transactions_sink        ... that one only
  register.py status --json                  states, tasks and causes for a script
  register.py wait --timeout 120             until all connectors run

Exit codes: 0 done, 1 failed, 2 usage.
"""

Verb = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str], folder: Path) -> int:
    """Run one verb; returns the exit code."""
    options = _parser(folder).parse_args(argv)
    verb: Verb = options.verb
    try:
        return verb(options)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except RegistrarError as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _parser(folder: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="register.py",
        description="Kafka Connect connectors as code: YAML files in, running connectors out.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("targets", nargs="*", metavar="FILE|NAME", help="default: every file")
    common.add_argument("--url", default=os.environ.get("CONNECT_URL", ""), help="CONNECT_URL")
    common.add_argument(
        "--kafka",
        default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS", ""),
        metavar="HOST:PORT",
        help="KAFKA_BOOTSTRAP_SERVERS",
    )
    common.add_argument("--folder", type=Path, default=folder, help="where the files are")
    common.add_argument("--json", action="store_true", help="print JSON")
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    def add(name: str, verb: Verb, text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text, parents=[common])
        sub.set_defaults(verb=verb)
        return sub

    for name, verb, text in (
        ("apply", _apply, "make Connect match the files, until the connectors run"),
        ("wait", _wait, "wait until connectors and their tasks run"),
    ):
        sub = add(name, verb, text)
        sub.add_argument("--timeout", type=float, default=60, metavar="SECONDS")
    add("status", _status, "states of connectors and tasks, with the cause of a failure")
    return parser


def _connect(options: argparse.Namespace) -> Connect:
    if not options.url:
        raise UsageError("where is Connect? Set CONNECT_URL or use --url http://HOST:PORT")
    return Connect(options.url)


def _admin(options: argparse.Namespace, wanted: Sequence[Definition]) -> AdminClient | None:
    return topics.admin(options.kafka) if any(d.topics for d in wanted) else None


def _apply(options: argparse.Namespace) -> int:
    wanted = targets.definitions(options.targets, options.folder)
    results = apply(_connect(options), _admin(options, wanted), wanted, options.timeout)
    if options.json:
        print(json.dumps([{**asdict(change), "health": asdict(h)} for change, h in results]))
        return 0
    for change, health in results:
        for topic in change.topics:
            print(f"topic {topic.name}: created")
        print(f"{change.name}: {change.action}d" if change.action != "unchanged" else str(health))
    return 0


def _wait(options: argparse.Namespace) -> int:
    names = targets.names(options.targets, options.folder)
    for health in wait(_connect(options), names, options.timeout):
        print(health)
    return 0


def _status(options: argparse.Namespace) -> int:
    connect = _connect(options)
    found = [look(connect, name) for name in targets.names(options.targets, options.folder)]
    if options.json:
        print(json.dumps({h.name: asdict(h) for h in found}))
    else:
        for health in found:
            print(f"{health}: {health.cause}" if health.failed else health)
    return 0 if all(health.running for health in found) else 1
