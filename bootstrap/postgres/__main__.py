"""`python -m bootstrap.postgres`: create databases, roles and tables."""

from __future__ import annotations

import sys

import settings
from bootstrap.postgres import provision
from settings import command_line

TEXT = "Create databases, roles and tables in the Postgres server of the settings. Safe to repeat."


def main() -> int:
    """Create databases, roles and tables; returns the exit code."""
    parser = command_line.Parser(prog="python -m bootstrap.postgres", description=TEXT)

    def command() -> int:
        parser.parse_args()
        settings.load_env()
        provision.apply()
        return 0

    return command_line.run(command)


if __name__ == "__main__":
    sys.exit(main())
