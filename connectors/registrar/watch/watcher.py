"""The service: checks every connector each second, writes its state where `status` finds it."""

from __future__ import annotations

import fcntl
import os
import platform
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import psutil

from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka
from connectors.registrar.rest import Connect
from connectors.registrar.watch.events import Emit
from connectors.registrar.watch.journal import Journal, read_json, write_atomically
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.monitor import ConnectorMonitor

STATE_FILE = "watch.json"
LOCK_FILE = "watch.lock"
#: Seconds that one round may take, all connectors isolating, before the watcher counts as dead.
LONGEST_ROUND_SECONDS = 300.0


def read_state(folder: Path) -> dict[str, Any]:
    """What the watcher last wrote, empty if none has run; `gone_since` has a time if none runs.

    Raises:
        RegistrarError: the file is not what a watcher writes.
    """
    file = folder / STATE_FILE
    state: dict[str, Any] = read_json(file) or {}
    try:
        return state if not state or _alive(state) else {**state, "gone_since": state["time"]}
    except (TypeError, ValueError, KeyError, AttributeError):
        raise RegistrarError(f"{file}: not the state of a watcher: remove it") from None


def _alive(state: Mapping[str, Any]) -> bool:
    # In another container, its process cannot be seen from here.
    if state.get("host") == platform.node() and not psutil.pid_exists(state["pid"]):
        return False
    age = datetime.now(UTC) - datetime.fromisoformat(state["time"])
    return age.total_seconds() < LONGEST_ROUND_SECONDS


class Watcher:
    """Watches connectors until it has to stop.

    Args:
        names: called before each round, so that a new connector needs no restart.
        folder: for the journal, the state and a lock: two watchers would undo each other's work.
    """

    def __init__(
        self,
        connect: Connect,
        kafka: Kafka,
        names: Callable[[], Sequence[str]],
        folder: Path,
        limits: Limits,
        emit: Emit,
    ) -> None:
        self._connect = connect
        self._kafka = kafka
        self._names = names
        self._journal = Journal(folder)
        self._folder = folder
        self._limits = limits
        self._emit = emit
        self._monitors = {name: self._monitor(name) for name in names()}
        self._unchecked: dict[str, str] = {}
        self._lock = (folder / LOCK_FILE).open("w")

    def run(self, stop: Event) -> None:
        """Watch until `stop` is set.

        Raises:
            RegistrarError: another watcher is at work in the folder.
        """
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RegistrarError(f"another watcher is at work ({self._folder})") from None
        self._emit("", "started", connectors=list(self._monitors))
        while not stop.is_set():
            self.tick()
            stop.wait(self._limits.poll_seconds)
        self._emit("", "ended")

    def tick(self) -> None:
        """Check each connector once."""
        self._follow_files()
        for monitor in self._monitors.values():
            self._check(monitor)
        self._write_state()

    def _monitor(self, name: str) -> ConnectorMonitor:
        return ConnectorMonitor(
            self._connect, self._kafka, self._journal, name, self._limits, self._emit
        )

    def _follow_files(self) -> None:
        try:
            wanted = self._names()
        except (RegistrarError, OSError):
            return  # the folder is just being changed; those known are watched on
        for name in [name for name in wanted if name not in self._monitors]:
            self._monitors[name] = self._monitor(name)
            self._emit(name, "watching")
        for name in [name for name in self._monitors if name not in wanted]:
            if self._journal.read(name) is None:
                del self._monitors[name]
                self._emit(name, "not watched any more", reason="its file is gone")

    def _check(self, monitor: ConnectorMonitor) -> None:
        """One that cannot be checked, for whatever reason, keeps none of the others waiting."""
        try:
            monitor.tick()
        except Exception as error:
            kind = type(error).__name__
            if self._unchecked.get(monitor.name) != kind:
                known = isinstance(error, RegistrarError)
                reason = str(error) if known else f"{kind}: {error} (at {_line(error)})"
                self._emit(monitor.name, "cannot be checked", reason=reason)
            self._unchecked[monitor.name] = kind
            return
        if self._unchecked.pop(monitor.name, None):
            self._emit(monitor.name, "checked again")

    def _write_state(self) -> None:
        state = {
            "pid": os.getpid(),
            "host": platform.node(),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "connectors": {name: monitor.summary for name, monitor in self._monitors.items()},
        }
        write_atomically(self._folder / STATE_FILE, state)


def _line(error: BaseException) -> str:
    """Where in this program an unforeseen error comes from."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
