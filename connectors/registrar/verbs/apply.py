"""`apply`: make Connect match the files, and wait until the connectors run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError
from connectors.registrar.health import RUNNING, UNASSIGNED, Health, fetch_health
from connectors.registrar.kafka import Kafka
from connectors.registrar.lint.linter import require_valid
from connectors.registrar.rest import Connect
from connectors.registrar.verbs.context import Context, exit_codes, print_json
from connectors.registrar.verbs.plan import CREATE, UNCHANGED, Change, Passwords, plan_changes
from connectors.registrar.waiting import wait_until_running

HELP = "check the files, make Connect match them, wait until the connectors run"
EXITS = exit_codes(failed="a file has errors, or a connector does not run")
DONE = {CREATE: "created", UNCHANGED: "unchanged"}
# After a change the status can still be that of the tasks before it, and a task can report
# RUNNING and fail at its first batch; two seconds of RUNNING tell these apart.
SETTLE_SECONDS = 2.0
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Result:
    """What became of one connector; `error` is empty if it is as its file says."""

    change: Change
    state: str
    error: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout", type=float, default=60, metavar="SECONDS", help="for all to run"
    )


def run_verb(context: Context) -> int:
    wanted = context.definitions()
    listings, kafka = context.listings(), context.kafka_for(wanted)
    for finding in require_valid(wanted, listings, context.connect, kafka):
        print(finding, file=sys.stderr)
    timeout = context.options.timeout
    results = apply_definitions(context.connect, kafka, wanted, listings.passwords, timeout)
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
    for name in change.topic_settings:
        print(f"topic {name}: changed")
    print(f"{change.name}: {DONE.get(change.action, 'changed')}, {result.state}")


def apply_definitions(
    connect: Connect,
    kafka: Kafka | None,
    definitions: Sequence[Definition],
    passwords: Passwords,
    timeout: float,
) -> list[Result]:
    """Create what is missing, change what differs, leave the rest alone.

    A connector that somebody paused or stopped stays so. One that failed is restarted. One that is
    refused, or does not run within `timeout` seconds, keeps none of the others from being applied.

    Raises:
        RegistrarError: Connect or Kafka does not answer, before anything was changed.
    """
    changes = plan_changes(connect, kafka, definitions, passwords)
    refused: dict[str, str] = {}
    for change, wanted in zip(changes, definitions, strict=True):
        try:
            if kafka:
                kafka.create(change.topics)
                for topic in wanted.topics:
                    if topic.name in change.topic_settings:
                        kafka.alter(topic.name, topic.config)
            if change.action != UNCHANGED:
                connect.put_config(wanted.name, wanted.config)
        except RegistrarError as error:
            refused[change.name] = str(error)
    return [_result(connect, change, timeout, refused.get(change.name, "")) for change in changes]


def _result(connect: Connect, change: Change, timeout: float, refused: str) -> Result:
    if refused:
        return Result(change, "", refused)
    try:
        return Result(change, _settled(connect, change, timeout).state)
    except RegistrarError as error:
        return Result(change, "", str(error))


def _settled(connect: Connect, change: Change, timeout: float) -> Health:
    health = fetch_health(connect, change.name)
    if change.action == UNCHANGED:
        if health.failed:
            connect.restart(change.name, only_failed=True)
        elif health.running or health.state not in (RUNNING, UNASSIGNED):
            return health
    elif health.state in ("PAUSED", "STOPPED"):
        return health
    return wait_until_running(connect, [change.name], timeout, SETTLE_SECONDS, PATIENCE_SECONDS)[0]
