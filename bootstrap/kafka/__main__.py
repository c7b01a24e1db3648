"""`python -m bootstrap.kafka`: make the users, and let each do what it is for."""

from __future__ import annotations

import sys

import settings
from bootstrap.kafka import users
from settings import command_line

TEXT = "Make the users of the stack's own Kafka, with the rights of each. Safe to repeat."


def main() -> int:
    """Make users and rights; returns the exit code."""
    parser = command_line.Parser(prog="python -m bootstrap.kafka", description=TEXT)

    def command() -> int:
        parser.parse_args()
        settings.load_env()
        users.apply(settings.get("KAFKA_BOOTSTRAP_SERVERS"))
        return 0

    return command_line.run(command)


if __name__ == "__main__":
    sys.exit(main())
