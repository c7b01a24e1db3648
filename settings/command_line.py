"""How every command of the project is asked for help and how it ends: codes, errors, Ctrl-C."""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from settings.environment import ROOT, load_env
from settings.errors import ExpectedError, UsageError
from settings.printable import printable

EXIT_CODES = "exit codes: 0 done, 1 failed, 2 wrong usage or setting, 130 interrupted"
INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """A parser whose help ends with the exit codes, and whose errors look like all others."""

    def __init__(self, *args: Any, exit_codes: str = EXIT_CODES, **options: Any) -> None:
        options["epilog"] = "\n".join(filter(None, (options.get("epilog"), exit_codes)))
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **options)

    def add_version(self) -> None:
        """Add --version, which prints the project's name and version and exits with 0."""
        self.add_argument("--version", action="version", version=version())

    def error(self, message: str) -> NoReturn:
        """Let `run` say what is wrong with the command.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{message}; `{self.prog} --help` shows what there is")


def run(command: Callable[[], int]) -> int:
    """Run a command; what a person can put right is a line on stderr, not a traceback.

    Errors that are not expected keep their traceback: they are faults of the program.

    Returns:
        Its exit code, also where it fails in an expected way.
    """
    try:
        try:
            return command()
        finally:
            # A closed pipe shows here at the latest, and not in the interpreter's own flush.
            print(end="", flush=True)
    except ExpectedError as error:
        print_error(str(error))
        return error.exit_code
    except OSError as error:
        # The reader of a pipe, such as `head`, has seen enough: that is not worth a word.
        if not isinstance(error, BrokenPipeError):
            where = f"{error.filename}: " if error.filename else ""
            print_error(f"{where}{error.strerror or error}")
        # What standard output did not take must not be written again when the interpreter ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def run_plain(prog: str, description: str, action: Callable[[], None]) -> int:
    """Run a command that has no options but --help, with the settings loaded.

    Returns:
        Its exit code, as `run`.
    """
    parser = Parser(prog=prog, description=description)

    def command() -> int:
        parser.parse_args()
        load_env()
        action()
        return 0

    return run(command)


def print_error(text: str) -> None:
    """Print an error, in colour if a person with a terminal reads it (https://no-color.org)."""
    coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    prefix = "\033[31merror:\033[0m" if coloured else "error:"
    print(f"{prefix} {printable(text)}", file=sys.stderr)


def check_known(kind: str, names: list[str], known: list[str]) -> None:
    """Make sure that each name is one of those that there are.

    Raises:
        UsageError: with the first that is not, and with those that there are.
    """
    for name in names:
        if name not in known:
            there = ", ".join(known) or "none yet"
            raise UsageError(f"there is no {kind} {name!r}; known: {there}")


def version() -> str:
    """The project's name and version, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return f"{project['name']} {project['version']}"
