"""The service: every connector looked at each second, state written where `status` finds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from registrar.errors import RegistrarError
from registrar.kafka import Kafka
from registrar.rest import Connect
from registrar.watch.events import Emit
from registrar.watch.journal import Journal, read_json, write_atomically
from registrar.watch.limits import Limits
from registrar.watch.ward import Ward

STATE_FILE = "watch.json"
LOCK_FILE = "watch.lock"


def read_state(folder: Path) -> dict[str, Any]:
    """What the watcher last wrote; empty if none has run."""
    return read_json(folder / STATE_FILE) or {}


class Watcher:
    """Watches connectors until told to stop.

    Args:
        folder: for the journal, the state and a lock: two watchers would undo each other's work.
    """

    def __init__(
        self,
        connect: Connect,
        kafka: Kafka,
        names: Sequence[str],
        folder: Path,
        limits: Limits,
        emit: Emit,
    ) -> None:
        self._journal = Journal(folder)
        self._folder = folder
        self._limits = limits
        self._emit = emit
        self._wards = [Ward(connect, kafka, self._journal, n, limits, emit) for n in names]
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
        self._emit("", "watching", connectors=[ward.name for ward in self._wards])
        while not stop.is_set():
            self.tick()
            stop.wait(self._limits.poll_seconds)
        self._emit("", "ended")

    def tick(self) -> None:
        """Look at each connector once."""
        for ward in self._wards:
            self._look_after(ward)
        self._write_state()

    def _look_after(self, ward: Ward) -> None:
        try:
            ward.tick()
        except RegistrarError as error:
            if self._away.get(ward.name) != type(error).__name__:
                self._emit(ward.name, "hindered", reason=str(error))
            self._away[ward.name] = type(error).__name__
            return
        if self._away.pop(ward.name, None):
            self._emit(ward.name, "unhindered")

    def _write_state(self) -> None:
        state = {
            "pid": os.getpid(),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "connectors": {ward.name: ward.summary for ward in self._wards},
        }
        write_atomically(self._folder / STATE_FILE, state)
