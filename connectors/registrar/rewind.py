"""`rewind`: have a sink read from elsewhere, back or forward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.registrar.errors import RegistrarError, UsageError
from connectors.registrar.health import look
from connectors.registrar.kafka import Kafka, Partition
from connectors.registrar.lag import measure
from connectors.registrar.rest import Connect
from connectors.registrar.stopping import stop_and_wait


@dataclass(frozen=True)
class Move:
    """One partition: from the offset it would read next to another."""

    partition: Partition
    old: int
    new: int

    def __str__(self) -> str:
        topic, number = self.partition
        count = abs(self.new - self.old)
        what = "read again" if self.new < self.old else "SKIPPED"
        effect = f"{count} records {what}" if count else "stays"
        return f"{topic}/{number}: {self.old} -> {self.new} ({effect})"


def preview(connect: Connect, kafka: Kafka, name: str, to: str) -> list[Move]:
    """What `rewind --to` would do; alters nothing.

    Args:
        to: earliest, latest, an ISO-8601 time, or PARTITION=OFFSET[,...]; with several topics
            TOPIC/PARTITION=OFFSET.

    Raises:
        UsageError: `to` is none of these, or an offset is not in the topic.
    """
    config = connect.config(name)
    if config is None:
        raise RegistrarError(f"Connect has no connector {name}")
    lag = measure(connect, kafka, name, config)
    goals = _goals(kafka, list(lag.positions), to)
    return [Move(p, lag.positions[p], goals[p]) for p in sorted(goals)]


def rewind(connect: Connect, name: str, moves: list[Move]) -> None:
    """Stop the connector, move its offsets, and resume it if it was not stopped before.

    Raises:
        RegistrarError: it did not stop in time; it is resumed then.
    """
    before = look(connect, name).state
    try:
        stop_and_wait(connect, name)
        connect.alter_offsets(name, {move.partition: move.new for move in moves})
    finally:
        if before == "PAUSED":
            connect.pause(name)
        elif before != "STOPPED":
            connect.resume(name)


def _goals(kafka: Kafka, partitions: list[Partition], to: str) -> dict[Partition, int]:
    if to == "earliest":
        return kafka.begins(partitions)
    if to == "latest":
        return kafka.ends(partitions)
    if "=" in to:
        return _offsets(kafka, partitions, to)
    return kafka.at_time(partitions, _millis(to))


def _millis(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--to {text}: use earliest, latest, a time such as 2026-05-06T07:00:00Z, or "
            f"PARTITION=OFFSET[,...]"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def _offsets(kafka: Kafka, partitions: list[Partition], to: str) -> dict[Partition, int]:
    goals = {}
    for pair in to.split(","):
        place, _, offset = pair.partition("=")
        if not offset.strip().isdigit():
            raise UsageError(f"--to {pair}: an offset is a whole number from 0")
        goals[_partition(partitions, place.strip())] = int(offset)
    begins, ends = kafka.begins(goals), kafka.ends(goals)
    for (topic, number), goal in goals.items():
        first, end = begins[topic, number], ends[topic, number]
        if not first <= goal <= end:
            raise UsageError(f"--to: {topic}/{number} has offsets {first} to {end}, not {goal}")
    return goals


def _partition(partitions: list[Partition], place: str) -> Partition:
    topic, _, number = place.rpartition("/")
    fitting = [p for p in partitions if str(p[1]) == number and topic in ("", p[0])]
    if len(fitting) != 1:
        known = ", ".join(f"{t}/{n}" for t, n in sorted(partitions))
        raise UsageError(f"--to {place}: name one partition of {known}")
    return fitting[0]
