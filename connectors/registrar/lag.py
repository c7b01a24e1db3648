"""How far a sink is behind its topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.registrar.config_values import listed
from connectors.registrar.kafka import Kafka, Partition
from connectors.registrar.rest import Connect


@dataclass(frozen=True)
class Lag:
    """Per partition: where the sink will read next, and where the topic ends."""

    positions: dict[Partition, int]
    ends: dict[Partition, int]

    @property
    def by_partition(self) -> dict[str, int]:
        """Records not read yet, by "topic/partition"."""
        return {
            f"{topic}/{number}": max(0, self.ends[topic, number] - position)
            for (topic, number), position in sorted(self.positions.items())
        }

    @property
    def total(self) -> int:
        return sum(self.by_partition.values())

    def beyond(self, before: Mapping[Partition, int]) -> bool:
        """Whether every partition that has records to read has moved since `before`."""
        return all(
            position >= self.ends[p] or position != before.get(p)
            for p, position in self.positions.items()
        )


def topics_of(config: Mapping[str, str]) -> list[str]:
    """The topics a sink names; topics.regex is not resolved here."""
    return listed(config, "topics")


def reads_committed(config: Mapping[str, str]) -> bool:
    """Whether a sink leaves out what transactions have not committed."""
    return config.get("consumer.override.isolation.level") == "read_committed"


def measure_lag(connect: Connect, kafka: Kafka, name: str, config: dict[str, str]) -> Lag:
    """Compare a sink's committed offsets with the ends of its topics.

    A partition without a commit yet is read from its first record.
    """
    committed = connect.offsets(name)
    topics = topics_of(config) or sorted({topic for topic, _ in committed})
    partitions = [p for topic in topics for p in kafka.partitions(topic)]
    begins, ends = kafka.begins(partitions), kafka.ends(partitions)
    positions = {p: max(committed.get(p, 0), begins[p]) for p in partitions}
    return Lag(positions, ends)
