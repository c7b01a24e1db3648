"""Where a record is. The client's types allow for messages that were never sent."""

from __future__ import annotations

from confluent_kafka import Message

#: Topic and number of a partition.
Partition = tuple[str, int]


def topic_partition(message: Message) -> Partition:
    """Topic and partition of a record."""
    return (str(message.topic()), int(message.partition() or 0))


def offset(message: Message) -> int:
    """Its number in the partition."""
    return int(message.offset() or 0)


def next_offset(message: Message) -> int:
    """The offset to commit once the record is done."""
    return offset(message) + 1
