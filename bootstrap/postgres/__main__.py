"""`python -m bootstrap.postgres`: create databases, roles and tables."""

from __future__ import annotations

import sys

from bootstrap.postgres import provision
from settings import command_line

TEXT = "Create databases, roles and tables in the Postgres server of the settings. Safe to repeat."


def main() -> int:
    """Create databases, roles and tables; returns the exit code."""
    return command_line.run_plain("python -m bootstrap.postgres", TEXT, provision.apply)


if __name__ == "__main__":
    sys.exit(main())
