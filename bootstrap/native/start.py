"""Starts services as soon as what they need is ready, with a line for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress

import psutil

from bootstrap import state
from bootstrap.native.services.service import Service
from bootstrap.native.supervisor import Supervisor
from bootstrap.patience import Patience
from settings.errors import ExpectedError

LOG_LINES_SHOWN = 15
#: Seconds between two questions whether a service is ready, at first and after a while: each costs
#: CPU that the services need to start.
PAUSES = 0.2, 1.0
#: CPU seconds that a service which starts on a busy machine gets in its patience; one that waits
#: for something uses less.
BUSY = 15


class StartError(ExpectedError):
    """A service did not become ready; the text holds the end of its log."""


def start_all(services: list[Service], report: Callable[[Service, float], None]) -> None:
    """Start services side by side where they do not depend on each other.

    Args:
        report: called with a service and the seconds it took, when it is ready.

    Raises:
        StartError: a service died, or was not ready in time. Those still starting are given up.
    """
    given_up = [False]
    ready: dict[str, Future[None]] = {}

    def bring_up(service: Service) -> None:
        with _explained(service):
            service.prepare()
        for name in service.depends_on:
            if name in ready:
                ready[name].result()
        if given_up[0]:
            return
        began = time.monotonic()
        with _explained(service):
            is_ready = _start(service, lambda: given_up[0])
        if is_ready:
            report(service, time.monotonic() - began)

    with ThreadPoolExecutor(len(services)) as pool:
        for service in services:
            ready[service.name] = pool.submit(bring_up, service)
        try:
            wait(ready.values(), return_when=FIRST_EXCEPTION)
        finally:
            given_up[0] = True
    for future in ready.values():
        future.result()


@contextmanager
def _explained(service: Service) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        Supervisor().stop(service.name)
        raise StartError(f"{service.name} did not start: {error}{_log_tail(service)}") from error


def _start(service: Service, given_up: Callable[[], bool]) -> bool:
    """Start it and wait; False if it was given up before it was ready."""
    supervisor = Supervisor()
    service.migrate()
    supervisor.start(service.name)
    patience = Patience(
        service.patience, lambda: _cpu_seconds(service, supervisor) // BUSY, start=0
    )
    pause, longest = PAUSES
    while not _is_ready(service, supervisor):
        if given_up():
            return False
        if patience.is_over():
            raise StartError(
                f"it runs, hardly uses CPU, and has not answered at {service.address} "
                f"for {service.patience:.0f} s"
            )
        time.sleep(pause)
        pause = min(pause * 1.1, longest)
    service.finish()
    return True


def _cpu_seconds(service: Service, supervisor: Supervisor) -> float:
    """What the service's process and those it started have used so far."""
    used = 0.0
    with suppress(psutil.Error):
        process = psutil.Process(supervisor.process(service.name)["pid"])
        for each in [process, *process.children(recursive=True)]:
            with suppress(psutil.Error):
                used += sum(each.cpu_times()[:4])
    return used


def _is_ready(service: Service, supervisor: Supervisor) -> bool:
    process = supervisor.process(service.name)
    if process["statename"] in ("BACKOFF", "FATAL", "EXITED", "UNKNOWN"):
        raise StartError(process["spawnerr"] or f"it ended with exit code {process['exitstatus']}")
    return bool(process["pid"]) and service.ready()


def _log_tail(service: Service) -> str:
    file = state.logs() / f"{service.name}.log"
    if not file.exists() or not (lines := file.read_text(errors="replace").splitlines()):
        return ""
    shown = "\n".join(f"  | {line}" for line in lines[-LOG_LINES_SHOWN:])
    return f"\nThe end of {file}:\n{shown}"
