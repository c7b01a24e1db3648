"""Starts and stops the services of this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

import settings
from bootstrap import preflight, state
from bootstrap.airflow.environment import broker_url, celery_is_used
from bootstrap.native import stack, stale_processes
from bootstrap.native.jars import fetch, read_lock
from bootstrap.native.services.service import Service
from bootstrap.native.start import start_all
from bootstrap.native.stop import stop_all
from bootstrap.native.supervisor import Supervisor
from bootstrap.runtime import ready_line
from settings import ENV_FILE, dotenv_file, load_env


def start_services(
    names: list[str], console: Console, when_ready: Callable[[str], None] = lambda name: None
) -> list[Service]:
    """Bring up the named services (all if none is named) and what they need.

    Args:
        when_ready: called with the name of each service once it is ready, from several threads.

    Returns the services that were started; none if all of them ran already. What was started is
    stopped again when anything fails or the user interrupts.

    Raises:
        StartError, PreflightError, JarError, SettingError, UsageError: with the fix in the text.
    """
    # What is written from here on, by every service too, is for this user alone.
    os.umask(0o077)
    # Refused before anything is written or started.
    settings.stream_format()
    if dotenv_file.write_once():
        load_env()
        console.print(f"wrote {ENV_FILE.name} with the settings and new local secrets")
    elif dotenv_file.complete():
        load_env()
        console.print(f"added to {ENV_FILE.name} the local secrets that it did not set")
    wanted = stack.chosen(names)
    supervisor = Supervisor()
    missing = _not_running(wanted, supervisor)
    if not missing:
        return []
    daemon_was_up = supervisor.is_up()
    if not daemon_was_up and (left := stale_processes.end()):
        console.print(f"stopped what an earlier run had left behind: {', '.join(left)}")
    if celery_is_used():
        # Refused by name: Redis and workers come with the containers only.
        broker_url()
    preflight.check_folders()
    preflight.check_ports([name for service in missing for name in service.ports])
    _fetch_jars(missing, console)
    try:
        if not daemon_was_up:
            supervisor.start_daemon(stack.every())
        began = time.monotonic()

        def report(service: Service, seconds: float) -> None:
            console.print(ready_line(service.name, seconds, service.address))
            when_ready(service.name)

        start_all(missing, report)
        console.print(f"{len(missing)} services in {time.monotonic() - began:.0f} s")
    except BaseException:
        console.print("stopping what was started")
        stop_services(console, missing if daemon_was_up else None)
        raise
    return missing


def stop_services(console: Console, services: list[Service] | None = None) -> list[str]:
    """Stop these services, or the whole stack with its supervisor; returns what was stopped."""

    def report(name: str, seconds: float) -> None:
        console.print(f"  stopped {name:24} {seconds:5.1f} s")

    everything = services is None
    stopped = stop_all(stack.every() if services is None else services, report)
    if everything:
        Supervisor().shutdown()
        stopped += [name for name in stale_processes.end() if name not in (*stopped, "supervisor")]
    return stopped


def _not_running(wanted: list[Service], supervisor: Supervisor) -> list[Service]:
    if not supervisor.is_up():
        return wanted
    processes = supervisor.processes()
    return [s for s in wanted if not processes.get(s.name, {}).get("pid")]


def _fetch_jars(services: list[Service], console: Console) -> None:
    jars = read_lock(*{group for service in services for group in service.jars})
    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("jars", start=False, visible=False)

        def show(done: int, total: int) -> None:
            if not done and not console.is_terminal:
                console.print(f"downloading {len(jars)} jars, {total / 1e6:.0f} MB")
            progress.start_task(task)
            progress.update(task, total=total, completed=done, visible=True)

        fetch(jars, state.cache() / "jars", show)
