"""`python -m bootstrap snowflake`: what an account needs before the pipeline can use it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from bootstrap.lines import line
from settings import command_line

EXAMPLES = """\
in this order:
  python -m bootstrap snowflake keys --out ~/.ssh/pipeline.p8    then set SNOWFLAKE_PRIVATE_KEY_FILE
  python -m bootstrap snowflake sql > account.sql                for an admin to read and run, or
  python -m bootstrap snowflake apply --admin ALICE              run it here, signed in by browser
  python -m bootstrap snowflake check                            tries each privilege
"""

Verb = Callable[[argparse.Namespace, Console], int]


def add_to(verbs: argparse._SubParsersAction[command_line.Parser], name: str) -> None:
    """Add the verb with its own verbs to the parser of `python -m bootstrap`."""
    text = "prepare and check a Snowflake account"
    parser = verbs.add_parser(
        name,
        help=text,
        description=text,
        epilog=EXAMPLES,
    )
    own = parser.add_subparsers(required=True, metavar="VERB")

    def add(name: str, run: Verb, text: str) -> argparse.ArgumentParser:
        verb = own.add_parser(name, help=text, description=text)
        verb.set_defaults(verb=run)
        return verb

    add(
        "check",
        _check,
        "try what each role must be able to do, and what not; exit 1 if it differs",
    )
    keys = add("keys", _keys, "create the service user's key pair")
    keys.add_argument("--out", type=Path, default=Path("snowflake.p8"), metavar="FILE")
    add("sql", _sql, "print the SQL that an admin runs once")
    apply = add("apply", _apply, "run that SQL, signed in as an admin")
    apply.add_argument("--admin", required=True, metavar="USER", help="a user with ACCOUNTADMIN")
    apply.add_argument(
        "--authenticator",
        default="externalbrowser",
        help="how the admin signs in (default: %(default)s); `snowflake` takes "
        "the password from SNOWFLAKE_ADMIN_PASSWORD",
    )


def _check(_arguments: argparse.Namespace, console: Console) -> int:
    from bootstrap.snowflake import check

    wrong = 0
    for finding in check.check():
        if finding.skipped:
            console.print(line("skipped", "yellow", f" {finding.what}: {finding.skipped}"))
        elif finding.fault is None:
            console.print(line("ok     ", "green", f" {finding.what}"))
        else:
            wrong += 1
            word = f"{finding.wrong:7}"
            console.print(line(word, "red", f" {finding.what}: {finding.fault}"))
    if wrong:
        console.print(
            f"{wrong} wrong. `python -m bootstrap snowflake sql` prints all that an account needs."
        )
    return 1 if wrong else 0


def _keys(arguments: argparse.Namespace, console: Console) -> int:
    from bootstrap.snowflake import keys

    file = arguments.out.expanduser().resolve()
    public = keys.create(file)
    console.print(f"wrote {file}; its public half, which `snowflake sql` puts into the script:")
    sys.stdout.write(public + "\n")
    console.print(f"set SNOWFLAKE_PRIVATE_KEY_FILE={file} in .env", soft_wrap=True)
    return 0


def _sql(_arguments: argparse.Namespace, _console: Console) -> int:
    from bootstrap.snowflake import script

    sys.stdout.write(script.render())
    return 0


def _apply(arguments: argparse.Namespace, console: Console) -> int:
    from bootstrap.snowflake import script

    with script.connect_as_admin(arguments.admin, arguments.authenticator) as connection:
        for statement in script.apply(connection):
            console.print(line("done", "green", f" {statement}"))
    return 0
