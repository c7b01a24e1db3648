"""`python -m bootstrap.airflow`: what people and DAGs find in a running Airflow."""

from __future__ import annotations

import sys

import settings
from bootstrap.airflow import connections, pools
from settings import command_line

TEXT = "Create the connections and pools that people and DAGs find in a running Airflow."


def main() -> int:
    """Create connections and pools through Airflow's API; returns the exit code."""
    parser = command_line.Parser(prog="python -m bootstrap.airflow", description=TEXT)

    def command() -> int:
        parser.parse_args()
        settings.load_env()
        connections.put()
        pools.put()
        return 0

    return command_line.run(command)


if __name__ == "__main__":
    sys.exit(main())
