"""`python -m bootstrap.airflow`: what people and DAGs find in a running Airflow."""

from __future__ import annotations

import sys

from bootstrap.airflow import connections, pools
from settings import command_line

TEXT = "Create the connections and pools that people and DAGs find in a running Airflow."


def main() -> int:
    """Create connections and pools through Airflow's API; returns the exit code."""

    def put() -> None:
        connections.put()
        pools.put()

    return command_line.run_plain("python -m bootstrap.airflow", TEXT, put)


if __name__ == "__main__":
    sys.exit(main())
