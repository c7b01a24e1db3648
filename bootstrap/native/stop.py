"""Stops services as soon as nobody needs them any more, with a line for each."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from bootstrap.native.services.service import Service
from bootstrap.native.supervisor import Supervisor


def stop_all(services: list[Service], report: Callable[[str, float], None]) -> list[str]:
    """Stop those that run, side by side where they do not depend on each other.

    Args:
        report: called with a service's name and the seconds it took, when it has stopped.

    Returns:
        The names of those that ran.
    """
    supervisor = Supervisor()
    if not supervisor.is_up():
        return []
    running = {name for name, process in supervisor.processes().items() if process["pid"]}
    ending = [service for service in services if service.name in running]
    stopped: dict[str, Future[None]] = {}

    def bring_down(service: Service, users: list[Future[None]]) -> None:
        for user in users:
            user.result()
        began = time.monotonic()
        Supervisor().stop(service.name)
        report(service.name, time.monotonic() - began)

    with ThreadPoolExecutor(max(len(ending), 1)) as pool:
        # Users come later in the list, so they are known here. What runs with the API server
        # uses it: a task that still runs ends through it.
        for service in reversed(ending):
            users = [
                stopped[user.name]
                for user in ending
                if service.name in (*user.depends_on, *user.runs_with)
            ]
            stopped[service.name] = pool.submit(bring_down, service, users)
    for future in stopped.values():
        future.result()
    return list(stopped)
