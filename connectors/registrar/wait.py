"""`wait`: until connectors and all their tasks run."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from connectors.registrar.errors import RegistrarError
from connectors.registrar.health import Health, look
from connectors.registrar.rest import Connect, UnreachableError

POLL_SECONDS = 0.25


def wait(
    connect: Connect,
    names: Sequence[str],
    timeout: float,
    settle: float = 0.0,
    patience: float = math.inf,
) -> list[Health]:
    """Wait until all run; returns their states.

    Args:
        timeout: seconds for all of them together.
        settle: seconds for which a connector must run without a break.
        patience: seconds for which FAILED is borne; something else may be about to restart it.

    Raises:
        RegistrarError: one has failed, or does not run in time; the text has the cause.
    """
    deadline = time.monotonic() + timeout
    return [_one(connect, name, deadline, settle, patience) for name in names]


def _one(connect: Connect, name: str, deadline: float, settle: float, patience: float) -> Health:
    verdict, since = "", time.monotonic()
    while True:
        now, seen, said = time.monotonic(), "", ""
        try:
            health = look(connect, name)
            said = f"{health}: {health.cause}" if health.failed else str(health)
            seen = "failed" if health.failed else "running" if health.running else ""
        except UnreachableError as error:
            said = str(error)
        if seen != verdict:
            verdict, since = seen, now
        if verdict == "running" and now - since >= settle:
            return health
        if verdict == "failed" and now - since >= patience:
            raise RegistrarError(said)
        if now > deadline:
            raise RegistrarError(f"not running in time: {said}")
        time.sleep(POLL_SECONDS)
