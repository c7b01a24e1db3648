"""`status`: what a person on call asks first, in one line per connector."""

from __future__ import annotations

import argparse
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.registrar.health import MISSING, Health, fetch_health
from connectors.registrar.kafka import Kafka, KafkaDownError
from connectors.registrar.lag import Lag, measure_lag
from connectors.registrar.rest import Connect, NotFoundError
from connectors.registrar.verbs.context import Context, exit_codes, painted, print_json
from connectors.registrar.watch.watcher import read_state
from settings.printable import printable

HELP = "show states, lag, dead letters and the last error"
EXITS = exit_codes(done="all run", failed="one does not run")


@dataclass(frozen=True)
class Status:
    """One connector; None where Kafka could not be asked.

    Attributes:
        lately: dead letters of the last minute.
    """

    health: Health
    lag: Lag | None
    dead_letters: int | None
    lately: int | None
    watch: dict[str, Any]

    @property
    def last_error(self) -> str:
        """What failed, and what the watcher says of it."""
        note = str(self.watch.get("note", ""))
        if note and self.watch_gone:
            note = f"{note} (as of {self.watch_gone}, when the watcher ended)"
        cause = self.health.cause
        # The watcher's note quotes the cause, and says more when it has given up.
        return note if cause in note else "; ".join(filter(None, (cause, note)))

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
            "dead_letters_last_minute": self.lately,
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
            lately = f" ({self.lately} in the last minute)" if self.lately else ""
            parts.append(f"dead letters {self.dead_letters}{lately}")
        if restarts := self.watch.get("restarts", 0):
            parts.append(f"watch: {restarts} restarts")
        if self.watch_gone:
            parts.append(f"no watcher since {self.watch_gone}")
        if self.last_error:
            parts.append(f"last error: {self.last_error}")
        return ", ".join(parts)


def add_arguments(_: argparse.ArgumentParser) -> None:
    """None of its own."""


def run_verb(context: Context) -> int:
    kafka, folder = context.kafka_if_known, context.folder
    found = [fetch_status(context.connect, kafka, n, context.state) for n in context.names()]
    for health in (each.health for each in found):
        named = health.name in context.options.targets
        if health.state == MISSING and named and not (folder / f"{health.name}.yml").is_file():
            raise NotFoundError(health.name)
    if context.options.json:
        print_json({s.health.name: s.as_dict() for s in found})
    else:
        for each in found:
            health = each.health
            colour = "green" if health.running else "red" if health.failed else "yellow"
            print(painted(printable(str(each)), colour))
    return 0 if all(s.health.running for s in found) else 1


def fetch_status(connect: Connect, kafka: Kafka | None, name: str, state: Path) -> Status:
    """Ask Connect, Kafka and the watcher's state; a Kafka that is down is not an error here.

    Raises:
        RegistrarError: Connect does not answer.
    """
    health = fetch_health(connect, name)
    watcher = read_state(state)
    watch = dict(watcher.get("connectors", {}).get(name, {}))
    if "gone_since" in watcher:
        watch["gone_since"] = watcher["gone_since"]
    config = connect.config(name) or {}
    minute_ago = int((time.time() - 60) * 1000)
    lag, dead_letters, lately = None, None, None
    if kafka and health.state != MISSING:
        with suppress(KafkaDownError):
            lag = measure_lag(connect, kafka, name, config)
            topic = config.get("errors.deadletterqueue.topic.name", "")
            dead_letters = kafka.count(topic) if topic else 0
            lately = kafka.count(topic, minute_ago) if topic else 0
    return Status(health, lag, dead_letters, lately, watch)
