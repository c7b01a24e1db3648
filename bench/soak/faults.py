"""What is broken on purpose, in the stack that runs natively."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import psutil
import psycopg

from bootstrap.native import stale_processes
from bootstrap.native.supervisor import Supervisor
from bootstrap.postgres import provision

#: Seconds that Postgres is down.
DOWN = 20.0
POLL = 0.05


def postgres() -> float:
    """Stop Postgres at once, as `pg_ctl stop -m immediate` does, and start it after 20 s.

    Returns the moment (monotonic) at which it accepts connections again.
    """
    supervisor = Supervisor()
    os.kill(supervisor.process("postgres")["pid"], signal.SIGQUIT)
    # The supervisor would have it back within a second.
    supervisor.stop("postgres")
    time.sleep(DOWN)
    supervisor.start("postgres")
    while not _accepts():
        time.sleep(POLL)
    return time.monotonic()


def connect() -> float:
    """Kill the Connect worker with -9; returns the moment (monotonic) of it."""
    for name, process in stale_processes.running():
        if name == "connect":
            with suppress(psutil.NoSuchProcess):
                process.kill()
    return time.monotonic()


def _accepts() -> bool:
    try:
        with provision.connect("postgres"):
            return True
    except psycopg.OperationalError:
        return False
