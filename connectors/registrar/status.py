"""`status`: what a person on call asks first, in one line a connector."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.registrar.health import MISSING, Health, look
from connectors.registrar.kafka import Kafka, KafkaDownError
from connectors.registrar.lag import Lag, measure
from connectors.registrar.rest import Connect
from connectors.registrar.watch.watcher import read_state


@dataclass(frozen=True)
class Status:
    """One connector; None where Kafka could not be asked."""

    health: Health
    lag: Lag | None
    dead_letters: int | None
    watch: dict[str, Any]

    @property
    def last_error(self) -> str:
        note = str(self.watch.get("note", ""))
        if note and self.watch_gone:
            note = f"{note} (as of {self.watch_gone}, when the watcher ended)"
        return self.health.cause or note

    @property
    def watch_gone(self) -> str:
        """Since when no watcher runs; empty if one does, or never has."""
        return str(self.watch.get("gone_since", ""))

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        tasks = [
            {"id": t.id, "state": t.state, "worker": t.worker, "cause": t.cause}
            for t in self.health.tasks
        ]
        return {
            "state": self.health.state,
            "tasks": tasks,
            "lag": self.lag.by_partition if self.lag else None,
            "lag_total": self.lag.total if self.lag else None,
            "dead_letters": self.dead_letters,
            "last_error": self.last_error,
            "watch": self.watch,
        }

    def __str__(self) -> str:
        parts = [str(self.health)]
        if self.lag:
            behind = {p: n for p, n in self.lag.by_partition.items() if n}
            where = f" ({', '.join(f'{p}: {n}' for p, n in behind.items())})" if behind else ""
            parts.append(f"lag {self.lag.total}{where}")
        if self.dead_letters is not None:
            parts.append(f"dead letters {self.dead_letters}")
        if self.watch.get("restarts") or self.watch.get("refused"):
            parts.append(
                f"watch: {self.watch['restarts']} restarts, {self.watch['refused']} records refused"
            )
        if self.watch_gone:
            parts.append(f"no watcher since {self.watch_gone}")
        if self.last_error:
            parts.append(f"last error: {self.last_error}")
        return ", ".join(parts)


def status(connect: Connect, kafka: Kafka | None, name: str, state: Path) -> Status:
    """Ask Connect, Kafka and the watcher's state; Kafka's silence is no error here.

    Raises:
        UnreachableError: Connect does not answer.
    """
    health = look(connect, name)
    watcher = read_state(state)
    watch = dict(watcher.get("connectors", {}).get(name, {}))
    if "gone_since" in watcher:
        watch["gone_since"] = watcher["gone_since"]
    config = connect.config(name) or {}
    lag, letters = None, None
    if kafka and health.state != MISSING:
        with suppress(KafkaDownError):
            lag = measure(connect, kafka, name, config)
            letters = count(kafka, config.get("errors.deadletterqueue.topic.name", ""))
    return Status(health, lag, letters, watch)


def count(kafka: Kafka, topic: str) -> int:
    """Records in a topic, by its offsets."""
    partitions = kafka.partitions(topic) if topic else []
    begins, ends = kafka.begins(partitions), kafka.ends(partitions)
    return sum(ends[p] - begins[p] for p in partitions)
