"""The service: every connector looked at each second, state written where `status` finds it."""

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
from connectors.registrar.watch.ward import Ward

STATE_FILE = "watch.json"
LOCK_FILE = "watch.lock"


#: Seconds that a watcher may spend on its connectors without a word: all of them can be isolating.
SILENT_SECONDS = 300.0


def read_state(folder: Path) -> dict[str, Any]:
    """What the watcher last wrote, empty if none has run; `gone_since` has a time if none runs."""
    state: dict[str, Any] = read_json(folder / STATE_FILE) or {}
    if state and not _alive(state):
        state["gone_since"] = state["time"]
    return state


def _alive(state: Mapping[str, Any]) -> bool:
    # In another container, its process cannot be seen from here.
    if state.get("host") == platform.node() and not psutil.pid_exists(state["pid"]):
        return False
    age = datetime.now(UTC) - datetime.fromisoformat(state["time"])
    return age.total_seconds() < SILENT_SECONDS


class Watcher:
    """Watches connectors until told to stop.

    Args:
        names: asked before each look, so that a new connector needs no restart.
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
        self._wards = {name: self._ward(name) for name in names()}
        self._away: dict[str, str] = {}
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
        self._emit("", "watching", connectors=list(self._wards))
        while not stop.is_set():
            self.tick()
            stop.wait(self._limits.poll_seconds)
        self._emit("", "ended")

    def tick(self) -> None:
        """Look at each connector once."""
        self._follow_files()
        for ward in self._wards.values():
            self._look_after(ward)
        self._write_state()

    def _ward(self, name: str) -> Ward:
        return Ward(self._connect, self._kafka, self._journal, name, self._limits, self._emit)

    def _follow_files(self) -> None:
        try:
            wanted = self._names()
        except (RegistrarError, OSError):
            return  # the folder is just being changed; those known are looked after
        for name in [name for name in wanted if name not in self._wards]:
            self._wards[name] = self._ward(name)
            self._emit(name, "watching")
        for name in [name for name in self._wards if name not in wanted]:
            if self._journal.read(name) is None:
                del self._wards[name]
                self._emit(name, "not watching", reason="its file is gone")

    def _look_after(self, ward: Ward) -> None:
        """A connector whose look fails, in whatever way, keeps none of the others waiting."""
        try:
            ward.tick()
        except Exception as error:
            kind = type(error).__name__
            if self._away.get(ward.name) != kind:
                known = isinstance(error, RegistrarError)
                reason = str(error) if known else f"{kind}: {error} (at {_line(error)})"
                self._emit(ward.name, "hindered", reason=reason)
            self._away[ward.name] = kind
            return
        if self._away.pop(ward.name, None):
            self._emit(ward.name, "unhindered")

    def _write_state(self) -> None:
        state = {
            "pid": os.getpid(),
            "host": platform.node(),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "connectors": {name: ward.summary for name, ward in self._wards.items()},
        }
        write_atomically(self._folder / STATE_FILE, state)


def _line(error: BaseException) -> str:
    """Where in this program an unforeseen error comes from."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
