"""`rewind`: have a sink read from elsewhere, back or forward."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass

from connectors.registrar.errors import UsageError
from connectors.registrar.health import fetch_health
from connectors.registrar.kafka import Kafka, Partition
from connectors.registrar.lag import measure_lag
from connectors.registrar.rest import Connect, NotFoundError
from connectors.registrar.verbs.context import (
    CHANGES_PENDING,
    Context,
    epoch_millis,
    exit_codes,
    print_json,
)
from connectors.registrar.waiting import stop_and_wait

HELP = "have a sink read from elsewhere; shows the moves, --yes does it"
EXITS = exit_codes(pending="nothing was done without --yes")
WHERE = "earliest, latest, a time (2026-05-06T07:00:00Z), or PARTITION=OFFSET[,...]"


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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", required=True, metavar="WHERE", help=WHERE)
    parser.add_argument("--yes", action="store_true", help="do it")


def run_verb(context: Context) -> int:
    name = context.one_name()
    moves = plan_moves(context.connect, context.kafka, name, context.options.to)
    if context.options.json:
        print_json([asdict(move) for move in moves])
    else:
        for move in moves:
            print(move)
    if not context.confirmed("move the offsets"):
        return CHANGES_PENDING
    move_offsets(context.connect, name, moves)
    return 0


def plan_moves(connect: Connect, kafka: Kafka, name: str, to: str) -> list[Move]:
    """What `rewind --to` would do; alters nothing.

    Args:
        to: earliest, latest, an ISO-8601 time, or PARTITION=OFFSET[,...]; with several topics
            TOPIC/PARTITION=OFFSET.

    Raises:
        UsageError: `to` is none of these, or an offset is not in the topic.
        NotFoundError: there is no such connector.
    """
    config = connect.config(name)
    if config is None:
        raise NotFoundError(name)
    positions = measure_lag(connect, kafka, name, config).positions
    goals = _goals(kafka, list(positions), to)
    return [Move(p, positions[p], goals[p]) for p in sorted(goals)]


def move_offsets(connect: Connect, name: str, moves: list[Move]) -> None:
    """Stop the connector, move its offsets, and resume it if it was not stopped before.

    Raises:
        RegistrarError: it did not stop in time; it is resumed then.
    """
    before = fetch_health(connect, name).state
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
    return kafka.at_time(partitions, epoch_millis("--to", to, WHERE))


def _offsets(kafka: Kafka, partitions: list[Partition], to: str) -> dict[Partition, int]:
    goals = {}
    for pair in to.split(","):
        partition, _, offset = pair.partition("=")
        if not offset.strip().isdecimal():
            raise UsageError(f"--to {pair}: an offset is a whole number from 0")
        goals[_partition(partitions, partition.strip())] = int(offset)
    begins, ends = kafka.begins(goals), kafka.ends(goals)
    for (topic, number), goal in goals.items():
        first, end = begins[topic, number], ends[topic, number]
        if not first <= goal <= end:
            raise UsageError(f"--to: {topic}/{number} has offsets {first} to {end}, not {goal}")
    return goals


def _partition(partitions: list[Partition], text: str) -> Partition:
    topic, _, number = text.rpartition("/")
    fitting = [p for p in partitions if str(p[1]) == number and topic in ("", p[0])]
    if len(fitting) != 1:
        known = ", ".join(f"{t}/{n}" for t, n in sorted(partitions))
        raise UsageError(f"--to {text}: name one partition of {known}")
    return fitting[0]
