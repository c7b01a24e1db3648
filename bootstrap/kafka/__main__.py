"""`python -m bootstrap.kafka`: make the users, and let each do what it is for."""

from __future__ import annotations

import sys

import settings
from bootstrap.kafka import users
from settings import command_line

TEXT = "Make the users of the stack's own Kafka, with the rights of each. Safe to repeat."


def main() -> int:
    """Make users and rights; returns the exit code."""

    def apply() -> None:
        users.apply(settings.get("KAFKA_BOOTSTRAP_SERVERS"))

    return command_line.run_plain("python -m bootstrap.kafka", TEXT, apply)


if __name__ == "__main__":
    sys.exit(main())
