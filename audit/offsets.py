"""Offsets of a topic and of the sink's group that say that records were skipped, and how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.registrar.kafka import Partition
from dags.landing.reconcile.report import Hop


@dataclass(frozen=True)
class Offsets:
    """Where the topic begins and ends, and up to where the sink's group has handled it.

    Attributes:
        committed: without the partitions for which the group has no offset.
    """

    group: str
    begins: Mapping[Partition, int]
    ends: Mapping[Partition, int]
    committed: Mapping[Partition, int]

    @property
    def handled(self) -> dict[Partition, int]:
        """The offsets below which the sink has handled everything; 0 where that is not known."""
        return {
            p: at if (at := self.committed.get(p, 0)) <= end else 0 for p, end in self.ends.items()
        }

    @property
    def expired(self) -> int:
        """Records that were in the topic and are not any more."""
        return sum(self.begins.values())

    def report(self, hop: Hop) -> None:
        """Add to a hop what was skipped, with how many records."""
        unread = {
            p: begin - self.committed[p]
            for p, begin in self.begins.items()
            if p in self.committed and begin > self.committed[p]
        }
        hop.differs("expired before the sink had handled them", *_named(unread))
        beyond = {
            p: self.committed[p] - end
            for p, end in self.ends.items()
            if self.committed.get(p, 0) > end
        }
        for place, count in _by_name(beyond):
            hop.notes.append(
                f"{self.group} is {count:,} offsets beyond the end of {place}: the topic was"
                " created again, and the sink reads it from the start or not at all"
            )
        unknown = {
            p: end - self.begins[p]
            for p, end in self.ends.items()
            if self.committed and p not in self.committed and end > self.begins[p]
        }
        for place, count in _by_name(unknown):
            hop.notes.append(
                f"{self.group} has no offset for {place}: all its {count:,} records count as not"
                " handled yet"
            )
        if not self.committed and (there := sum(self.ends.values()) - self.expired):
            hop.notes.append(
                f"the group {self.group} has no offsets, because it is new or was deleted: all"
                f" {there:,} records count as not handled yet"
            )


def place_name(partition: Partition) -> str:
    """A partition as messages name it."""
    return "{}/{}".format(*partition)


def _named(counts: Mapping[Partition, int]) -> tuple[int, list[str]]:
    return sum(counts.values()), [f"{place}: {count:,}" for place, count in _by_name(counts)]


def _by_name(counts: Mapping[Partition, int]) -> list[tuple[str, int]]:
    return sorted((place_name(partition), count) for partition, count in counts.items())
