"""Stop or pause a connector and wait until its tasks have: Connect answers before they do."""

from __future__ import annotations

import time
from collections.abc import Callable

from connectors.registrar.errors import RegistrarError
from connectors.registrar.health import RUNNING, Health, look
from connectors.registrar.rest import Connect

LIMIT_SECONDS = 60.0
POLL_SECONDS = 0.1


def stop_and_wait(connect: Connect, name: str) -> None:
    """End the tasks; done already is fine. Only then may offsets be altered.

    Raises:
        RegistrarError: it did not stop within a minute.
    """
    connect.stop(name)
    _until(connect, name, "stop", lambda now: now.state == "STOPPED" and not now.tasks)


def pause_and_wait(connect: Connect, name: str) -> None:
    """Have the tasks read nothing more; done already is fine. A failed task stays failed.

    Raises:
        RegistrarError: it did not pause within a minute.
    """
    connect.pause(name)
    _until(
        connect,
        name,
        "pause",
        lambda now: now.state == "PAUSED" and all(task.state != RUNNING for task in now.tasks),
    )


def _until(connect: Connect, name: str, what: str, reached: Callable[[Health], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not reached(health := look(connect, name)):
        if time.monotonic() > deadline:
            raise RegistrarError(f"{health}: did not {what} in {LIMIT_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
