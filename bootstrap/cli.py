"""The command line of `python -m bootstrap`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from rich.console import Console

import settings
from bootstrap.snowflake import cli as snowflake_cli
from connectors.registrar.errors import RegistrarError
from settings.errors import ExpectedError

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


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 failed, 2 usage, 130 interrupted."""
    arguments = _parser().parse_args(argv)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    settings.load_env()
    try:
        verb: Callable[[argparse.Namespace, Console], int] = arguments.verb
        return verb(arguments, console)
    except settings.SettingError as error:
        console.print(f"[red]error[/] {error}", markup=True)
        return 2
    except (ExpectedError, RegistrarError) as error:
        console.print("[red]error[/]", end=" ")
        console.print(str(error), markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bootstrap",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def add(
        name: str, run: Callable[[argparse.Namespace, Console], int], text: str
    ) -> argparse.ArgumentParser:
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
        "audit", _audit, "compare the keys of every hop, and name what is lost or doubled"
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


# Each verb imports what it needs: status and up load clients that take a second.


def _in_containers() -> bool:
    runtime = os.environ.get("RUNTIME") or "native"
    if runtime not in ("native", "docker"):
        raise settings.SettingError(f"RUNTIME={runtime!r} is neither native nor docker.")
    return runtime == "docker"


def _up(arguments: argparse.Namespace, console: Console) -> int:
    if _in_containers():
        from bootstrap.containers import compose

        return compose.up(console, arguments.services)
    from bootstrap.native import up

    if arguments.services:
        up.start_services(arguments.services, console)
        return 0
    from bootstrap import first_run, status

    streams = first_run.Streams(console)
    if not up.start_services([], console, streams.service_ready):
        console.print("the stack is up already")
        return status.show(as_json=False)
    streams.finish()
    return first_run.land_and_transform(console)


def _down(arguments: argparse.Namespace, console: Console) -> int:
    if _in_containers():
        from bootstrap.containers import compose

        compose.down()
        return 0
    from bootstrap.native import up

    stopped = up.stop_services()
    console.print(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def _status(arguments: argparse.Namespace, console: Console) -> int:
    from bootstrap import status

    if _in_containers():
        from bootstrap.containers import compose

        if compose.is_up():
            compose.take_settings(console)
        return status.show(arguments.json, compose.services)
    return status.show(arguments.json)


def _audit(arguments: argparse.Namespace, console: Console) -> int:
    from audit import run, show

    if _in_containers():
        from bootstrap.containers import compose

        if compose.is_up():
            compose.take_settings(console)
    return show.show(run.everything(settings.ROOT / "connectors"), arguments.json)


def _docs(arguments: argparse.Namespace, console: Console) -> int:
    from bootstrap import docs

    if _in_containers():
        from bootstrap.containers import compose

        compose.docs()
        console.print(f"in Airflow, under Browse    {docs.url()}")
        return 0
    return docs.make(console)


def _logs(arguments: argparse.Namespace, console: Console) -> int:
    if _in_containers():
        from bootstrap.containers import compose

        return compose.logs(arguments.services, arguments.lines, arguments.follow)
    from bootstrap.native import logs

    return logs.show(arguments.services, arguments.lines, arguments.follow)


def _reset(arguments: argparse.Namespace, console: Console) -> int:
    if _in_containers():
        from bootstrap.containers import compose

        return compose.reset(arguments.yes, console)
    from bootstrap.native import reset

    return reset.run(arguments.yes, console)


if __name__ == "__main__":
    sys.exit(main())
