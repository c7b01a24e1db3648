"""The command line: one sub-command a verb."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from connectors.registrar.errors import RegistrarError, UsageError
from connectors.registrar.verbs import (
    apply,
    control,
    dead_letters,
    lint,
    plan,
    prune,
    rewind,
    status,
)
from connectors.registrar.verbs import strimzi as strimzi_
from connectors.registrar.verbs import wait as wait_
from connectors.registrar.verbs import watch as watch_
from connectors.registrar.verbs.context import Context, common_arguments

EXAMPLES = """\
examples:
  register.py lint --offline                       check the files, ask nobody
  register.py plan                                 what apply would change
  register.py apply                                make Connect match every file
  register.py status --json                        states, lag and causes for a script
  register.py rewind orders_sink --to earliest     read everything again (shows it; --yes does it)
  register.py dead-letters orders_sink --show 5    why records were put aside
  register.py watch                                keep all connectors running (a service)
  register.py strimzi | kubectl apply -f -         the same connectors and topics in Kubernetes

Each verb has its own --help. Exit codes: 0 done, 1 failed, 2 usage, 3 changes pending.
"""
INTERRUPTED = 130


class Verb(Protocol):
    """A sub-command."""

    HELP: str

    def arguments(self, parser: argparse.ArgumentParser, /) -> None: ...

    def run(self, context: Context, /) -> int: ...


VERBS: dict[str, Verb] = {
    "lint": lint,
    "plan": plan,
    "apply": apply,
    "status": status,
    "wait": wait_,
    "watch": watch_,
    "pause": control.pause,
    "resume": control.resume,
    "stop": control.stop,
    "restart": control.restart,
    "rewind": rewind,
    "prune": prune,
    "dead-letters": dead_letters,
    "strimzi": strimzi_,
}


def main(argv: Sequence[str], folder: Path, state: Path) -> int:
    """Run one verb; returns the exit code.

    Args:
        folder: of the connectors' files, unless --folder says otherwise.
        state: folder of the watcher's state, unless --state says otherwise.
    """
    options = _parser(folder, state).parse_args(argv)
    try:
        return VERBS[options.verb].run(Context(options))
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except RegistrarError as error:
        for line in str(error).splitlines():
            print(f"error: {line}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough; nothing more can be written, not even by
        # the interpreter's own flush at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser(folder: Path, state: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="register.py",
        description="Kafka Connect connectors as code: YAML files in, running connectors out.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = common_arguments(folder, state)
    subparsers = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in VERBS.items():
        sub = subparsers.add_parser(name, help=verb.HELP, description=verb.HELP, parents=[common])
        verb.arguments(sub)
    return parser
