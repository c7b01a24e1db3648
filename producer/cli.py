"""Makes events for Kafka and monthly CSV files, from a seed, as producer/streams and feeds say."""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from typing import NoReturn

import settings
from producer.commands import files, stream
from producer.errors import UsageError

VERBS = {
    "stream": (stream, "produce events to Kafka"),
    "files": (files, "write a month of CSV files"),
}
EXIT_CODES = """
exit codes: 0 done, 1 failed, 2 wrong usage or settings, 130 stopped by Ctrl-C before the end
"""


def main(argv: list[str] | None = None) -> int:
    """Run one verb; the exit code is one of EXIT_CODES."""
    try:
        try:
            settings.load_env()
            arguments = _parser().parse_args(argv)
            code: int = arguments.run(arguments)
        finally:
            sys.stdout.flush()
    except settings.ExpectedError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Python flushes stdout once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        project = tomllib.loads((settings.ROOT / "pyproject.toml").read_text())["project"]
        print(project["name"], project["version"])
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    top = _Parser(
        prog="python -m producer",
        description=__doc__,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    verbs = top.add_subparsers(required=True, metavar="VERB")
    for name, (module, text) in VERBS.items():
        verb = verbs.add_parser(
            name,
            help=text,
            description=module.__doc__,
            epilog=module.EXAMPLES + EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        try:
            module.options(verb)
        except argparse.ArgumentError as error:
            raise UsageError(f"producer/feeds: {error}") from None
        verb.set_defaults(run=module.run)
    return top
