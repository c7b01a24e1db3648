"""Wait until connectors run, or have stopped or paused: Connect answers before they do."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from connectors.registrar.errors import RegistrarError
from connectors.registrar.health import MISSING, RUNNING, Health, fetch_health
from connectors.registrar.rest import Connect, NotFoundError, NotReadyError, UnreachableError

STOP_SECONDS = 60.0
STOP_POLL_SECONDS = 0.1
RUN_POLL_SECONDS = 0.25


def wait_until_running(
    connect: Connect,
    names: Sequence[str],
    timeout: float,
    settle: float = 0.0,
    patience: float = math.inf,
) -> list[Health]:
    """Wait until connectors and all their tasks run; returns their states.

    Args:
        timeout: seconds for all of them together.
        settle: seconds for which a connector must run without a break.
        patience: seconds for which FAILED is tolerated; something else may be about to restart it.

    Raises:
        NotFoundError: Connect still does not have one when the time is over.
        RegistrarError: one has failed, or does not run in time; the text has the cause.
    """
    deadline = time.monotonic() + timeout
    return [_until_running(connect, name, deadline, settle, patience) for name in names]


def _until_running(
    connect: Connect, name: str, deadline: float, settle: float, patience: float
) -> Health:
    last, since = "", time.monotonic()
    while True:
        now, state, text = time.monotonic(), "", ""
        try:
            health = fetch_health(connect, name)
            text = f"{health}: {health.cause}" if health.failed else str(health)
            state = "failed" if health.failed else "running" if health.running else health.state
        except (UnreachableError, NotReadyError) as error:
            text = str(error)
        if state != last:
            last, since = state, now
        if state == "running" and now - since >= settle:
            return health
        if state == "failed" and now - since >= patience:
            raise RegistrarError(text)
        if now > deadline and state == MISSING:
            raise NotFoundError(name)
        if now > deadline:
            raise RegistrarError(f"not running in time: {text}")
        time.sleep(RUN_POLL_SECONDS)


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
    deadline = time.monotonic() + STOP_SECONDS
    while not reached(health := fetch_health(connect, name)):
        if time.monotonic() > deadline:
            raise RegistrarError(f"{health}: did not {what} in {STOP_SECONDS:.0f} s")
        time.sleep(STOP_POLL_SECONDS)
