"""The stack as processes of this machine, under a supervisor."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rich.console import Console

from bootstrap import docs, preflight, state
from bootstrap.native import logs, stack, up
from bootstrap.native.services.service import Service
from bootstrap.native.supervisor import Supervisor
from bootstrap.runtime import States


class Processes:
    """The native runtime; see bootstrap.runtime.Runtime."""

    def asked(self) -> list[str]:
        return [service.name for service in stack.services()]

    def share_settings(self, console: Console) -> None:
        # Processes read the same .env as the tools.
        pass

    def up(
        self, names: list[str], console: Console, when_ready: Callable[[str], None]
    ) -> list[str]:
        return [service.name for service in up.start_services(names, console, when_ready)]

    def down(self, console: Console) -> list[str]:
        return up.stop_services(console)

    def services(self) -> States:
        services = stack.services()
        supervisor = Supervisor()
        processes = supervisor.processes() if supervisor.is_up() else {}
        with ThreadPoolExecutor() as pool:
            states = pool.map(
                lambda service: _state(service, processes.get(service.name)), services
            )
            return {s.name: found for s, found in zip(services, states, strict=True)}

    def logs(self, names: list[str], lines: int, follow: bool) -> None:
        logs.show(names, lines, follow)

    def data(self) -> str:
        return f"all data of the stack in {state.root()}"

    def reset(self, console: Console) -> None:
        """Downloads and .env stay.

        Raises:
            PreflightError: the state folder has files of somebody else.
        """
        preflight.check_state_is_own()
        up.stop_services(console)
        if state.root().exists():
            shutil.rmtree(state.root())

    def make_docs(self, console: Console) -> None:
        docs.make(console)


def _state(service: Service, process: dict[str, Any] | None) -> dict[str, Any]:
    running = bool(process and process["pid"])
    found = "stopped"
    if running:
        found = "healthy" if service.ready() else "unhealthy"
    elif process and process["statename"] in ("BACKOFF", "FATAL", "EXITED"):
        found = "failed"
    seconds = int(time.time()) - process["start"] if running and process else 0
    return {"state": found, "address": service.address, "seconds_up": seconds}
