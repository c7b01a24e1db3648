"""Stop a connector and wait until its tasks have ended: only then may offsets be altered."""

from __future__ import annotations

import time

from registrar.errors import RegistrarError
from registrar.health import look
from registrar.rest import Connect

STOP_SECONDS = 60.0
POLL_SECONDS = 0.1


def stop_and_wait(connect: Connect, name: str) -> None:
    """Stop; done already is fine.

    Raises:
        RegistrarError: it did not stop within a minute.
    """
    connect.stop(name)
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        health = look(connect, name)
        if health.state == "STOPPED" and not health.tasks:
            return
        if time.monotonic() > deadline:
            raise RegistrarError(f"{health}: did not stop in {STOP_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
