"""The command line of `python -m bootstrap`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from rich.console import Console

import settings
from bootstrap.runtime import Runtime
from bootstrap.snowflake import cli as snowflake_cli
from settings import command_line
from settings.errors import UsageError

DESCRIPTION = (
    "Runs the whole pipeline: real services, as processes or (RUNTIME=docker) in containers, and "
    "Snowflake as a local server or an account."
)
EXAMPLES = """\
examples:
  python -m bootstrap up                     everything, to filled marts
  python -m bootstrap up postgres connect    only these, and what they need
  python -m bootstrap status --json          for scripts: exit 0 only if all is healthy
  python -m bootstrap audit                  is every row where it should be? exit 1 if not
  python -m bootstrap logs connect -f        follow one service
  RUNTIME=docker python -m bootstrap up      the same in containers; so for each verb of the stack
  POSTGRES_PORT=6543 python -m bootstrap up  any setting of .env.example, for once
"""

Verb = Callable[[argparse.Namespace, Console], int]


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns its exit code."""

    def verb() -> int:
        arguments = _parser().parse_args(argv)
        settings.load_env()
        chosen: Verb = arguments.verb
        return chosen(
            arguments, Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
        )

    return command_line.run(verb)


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser(
        prog="python -m bootstrap", description=DESCRIPTION, epilog=EXAMPLES
    )
    parser.add_version()
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def add(name: str, run: Verb, text: str) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=text, description=text)
        verb.set_defaults(verb=run)
        return verb

    add("up", _up, "start the stack, or the named services and what they need").add_argument(
        "services", nargs="*", metavar="SERVICE"
    )
    add("down", _down, "stop everything; data stays")
    add("status", _status, "what runs, and how many rows are where").add_argument(
        "--json", action="store_true", help="for scripts"
    )
    add(
        "audit",
        _audit,
        "compare every hop by key and value; name what is lost, doubled, changed",
    ).add_argument("--json", action="store_true", help="for scripts")
    add("docs", _docs, "make dbt's site of models, columns and lineage; shown in Airflow too")
    log = add("logs", _logs, "the end of the services' logs")
    log.add_argument("services", nargs="*", metavar="SERVICE")
    log.add_argument("-f", "--follow", action="store_true", help="go on until Ctrl-C")
    log.add_argument("-n", "--lines", type=int, default=20, metavar="N", help="lines per service")
    add("reset", _reset, "stop everything and delete the local state").add_argument(
        "--yes", action="store_true", help="do not ask"
    )
    snowflake_cli.add_to(verbs, "snowflake")
    return parser


def _runtime() -> Runtime:
    if settings.get_choice("RUNTIME", ("native", "docker")) == "docker":
        from bootstrap.containers.runtime import Containers

        return Containers()
    from bootstrap.native.runtime import Processes

    return Processes()


# Each verb imports what it needs: status and up load clients that take a second.


def _up(arguments: argparse.Namespace, console: Console) -> int:
    chosen = _runtime()
    if arguments.services:
        chosen.up(arguments.services, console, lambda name: None)
        return 0
    from bootstrap import first_run, status

    streams = first_run.Streams(console, chosen.asked())
    if not chosen.up([], console, streams.service_ready):
        console.print("the stack is up already")
        return status.show(chosen, as_json=False)
    try:
        streams.finish()
        return first_run.land_and_transform(chosen, console)
    except KeyboardInterrupt:
        console.print("the services run on; to begin again: make down, then make up")
        raise


def _down(_arguments: argparse.Namespace, console: Console) -> int:
    stopped = _runtime().down(console)
    console.print("everything is stopped; data stays" if stopped else "nothing was running")
    return 0


def _status(arguments: argparse.Namespace, console: Console) -> int:
    from bootstrap import status

    chosen = _runtime()
    chosen.share_settings(console)
    return status.show(chosen, arguments.json)


def _audit(arguments: argparse.Namespace, console: Console) -> int:
    from audit import run, show

    _runtime().share_settings(console)
    return show.show(run.everything(settings.ROOT / "connectors"), arguments.json)


def _docs(_arguments: argparse.Namespace, console: Console) -> int:
    from bootstrap import docs

    _runtime().make_docs(console)
    console.print(f"in Airflow, under Browse    {docs.url()}")
    return 0


def _logs(arguments: argparse.Namespace, _console: Console) -> int:
    _runtime().logs(arguments.services, arguments.lines, arguments.follow)
    return 0


def _reset(arguments: argparse.Namespace, console: Console) -> int:
    chosen = _runtime()
    if not arguments.yes and not _is_agreed(f"{chosen.data()}", console):
        console.print("nothing was deleted")
        return 1
    chosen.reset(console)
    console.print(f"deleted {chosen.data()}")
    return 0


def _is_agreed(what: str, console: Console) -> bool:
    """Whether a person at a terminal lets it be deleted.

    Raises:
        UsageError: nobody is there to be asked.
    """
    if not sys.stdin.isatty():
        raise UsageError(f"reset deletes {what}: add --yes where nobody can be asked")
    console.print(f"This deletes {what}. Type yes to go on: ", end="")
    return input().strip().lower() == "yes"
