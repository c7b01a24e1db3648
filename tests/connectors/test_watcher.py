"""No connector's trouble is another's, and what a dead watcher left behind is not news."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.registrar.watch import watcher as watcher_module
from connectors.registrar.watch.events import emitter
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.monitor import ConnectorMonitor
from connectors.registrar.watch.watcher import STATE_FILE, Watcher, read_state

Event = tuple[str, str, dict[str, Any]]


class Watched:
    """A watcher whose checks of connectors are the test's, with the events it reported."""

    def __init__(self, folder: Path, names: Callable[[], list[str]]) -> None:
        nothing: Any = None
        self.events: list[Event] = []
        self._watcher = Watcher(nothing, nothing, names, folder, Limits(), self._emit)
        self.tick = self._watcher.tick

    def _emit(self, connector: str, event: str, **details: Any) -> None:
        self.events.append((connector, event, details))


def test_an_unforeseen_error_at_one_connector_keeps_no_other_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def tick(monitor: ConnectorMonitor) -> None:
        looked.append(monitor.name)
        if monitor.name == "a":
            raise ValueError("a surprise")

    monkeypatch.setattr(ConnectorMonitor, "tick", tick)
    watched = Watched(tmp_path, lambda: ["a", "b"])
    watched.tick()
    watched.tick()
    assert looked == ["a", "b"] * 2
    ((connector, event, details),) = watched.events
    assert (connector, event) == ("a", "cannot be checked")
    assert "ValueError: a surprise (at test_watcher.py:" in details["reason"]


def test_a_new_file_is_watched_and_a_removed_one_is_not_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(ConnectorMonitor, "tick", lambda monitor: looked.append(monitor.name))
    names = ["a"]
    watched = Watched(tmp_path, lambda: list(names))
    watched.tick()
    names[:] = ["b"]
    watched.tick()
    assert looked == ["a", "b"]
    assert [event[:2] for event in watched.events] == [
        ("b", "watching"),
        ("a", "not watched any more"),
    ]


@pytest.mark.parametrize(
    ("host", "pid", "age", "gone"),
    [
        ("here", 1, 0, False),
        ("here", 1, 3600, True),
        ("here", 2**22 + 1, 0, True),
        ("elsewhere", 2**22 + 1, 0, False),
    ],
)
def test_the_state_of_a_dead_watcher_is_told_from_that_of_a_living_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, pid: int, age: int, gone: bool
) -> None:
    monkeypatch.setattr(watcher_module.platform, "node", lambda: "here")
    time = (datetime.now(UTC) - timedelta(seconds=age)).isoformat()
    (tmp_path / STATE_FILE).write_text(json.dumps({"host": host, "pid": pid, "time": time}))
    assert read_state(tmp_path).get("gone_since", "") == (time if gone else "")


def test_the_log_is_one_plain_sentence_per_event() -> None:
    log = io.StringIO()
    emit = emitter(log)
    emit("", "started", connectors=["a", "b"])
    emit("a", "failed", cause="record refused", reason="DataException:\n too long")
    emit("a", "given up", reason="10 restarts did not help")
    assert [line.partition(" ")[2] for line in log.getvalue().splitlines()] == [
        "register.py watch: watching a; b",
        "connector a: failed (record refused): DataException: too long",
        "connector a: given up: 10 restarts did not help",
    ]
