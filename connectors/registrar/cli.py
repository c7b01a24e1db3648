"""The command line: one sub-command per verb."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from connectors.registrar.errors import UsageError
from connectors.registrar.rest import NotFoundError
from connectors.registrar.verbs import (
    apply,
    control,
    dead_letters,
    lint,
    plan,
    prune,
    rewind,
    status,
    strimzi,
    wait,
    watch,
)
from connectors.registrar.verbs.context import Context, add_common, exit_codes
from settings import command_line

EPILOG = """\
examples:
  register.py lint --offline                       check the files, ask nobody
  register.py plan                                 what apply would change
  register.py apply                                make Connect match every file
  register.py status --json                        states, lag and causes for a script
  register.py rewind orders_sink --to earliest     read everything again (shows it; --yes does it)
  register.py dead-letters orders_sink --show 5    why records were put aside
  register.py watch                                keep all connectors running (a service)
  register.py strimzi | kubectl apply -f -         the same connectors and topics in Kubernetes

Each verb has its own --help.
"""


#: Brokers -> librdkafka's settings for them.
KafkaClient = Callable[[str], Mapping[str, str]]


class Verb(Protocol):
    """A sub-command."""

    HELP: str
    EXITS: str

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None:
        """Declare options."""

    def run_verb(self, context: Context, /) -> int:
        """Do the work; returns the exit code."""


VERBS: dict[str, Verb] = {
    "lint": lint,
    "plan": plan,
    "apply": apply,
    "status": status,
    "wait": wait,
    "watch": watch,
    "pause": control.pause,
    "resume": control.resume,
    "stop": control.stop,
    "restart": control.restart,
    "rewind": rewind,
    "prune": prune,
    "dead-letters": dead_letters,
    "strimzi": strimzi,
}


def _without_sign_in(servers: str) -> dict[str, str]:
    return {"bootstrap.servers": servers}


def main(
    argv: Sequence[str],
    folder: Path,
    state: Path,
    url: str = "",
    kafka: str = "",
    kafka_client: KafkaClient = _without_sign_in,
) -> int:
    """`run_verb`, with its errors as a person reads them; returns the exit code."""
    verb = partial(
        run_verb,
        argv,
        folder=folder,
        state=state,
        url=url,
        kafka=kafka,
        kafka_client=kafka_client,
    )
    return command_line.run(verb)


def run_verb(argv: Sequence[str], **defaults: Path | str | KafkaClient) -> int:
    """Run the verb that a command line names; returns the exit code.

    Args:
        defaults: of the options --folder, --state, --url and --kafka; `kafka_client` is what
            --kafka-config adds to.

    Raises:
        ExpectedError: what a person can put right.
    """
    parser = command_line.Parser(
        prog="register.py",
        description="Kafka Connect connectors as code: YAML files in, running connectors out.",
        epilog=EPILOG,
        exit_codes=exit_codes(pending="changes pending"),
    )
    parser.add_version()
    subparsers = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in VERBS.items():
        sub = subparsers.add_parser(
            name, help=verb.HELP, description=verb.HELP, exit_codes=verb.EXITS
        )
        verb.add_arguments(sub)
        add_common(sub)
        sub.set_defaults(**defaults)
    options = parser.parse_args(argv)
    context = Context(options)
    try:
        return VERBS[options.verb].run_verb(context)
    except NotFoundError as error:
        known = ", ".join(context.connect.names()) or "none"
        raise UsageError(f"{error}; known: {known}") from None
