"""A Kafka broker inside the test process: librdkafka's own mock cluster."""

from __future__ import annotations

import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

Message = tuple[bytes | None, bytes | None]


class MockKafka:
    """A broker that ends with ``stop``."""

    def __init__(self) -> None:
        self._owner: Producer | None = Producer({"test.mock.num.brokers": 1, "log_level": 0})
        (broker,) = self._owner.list_topics(timeout=60).brokers.values()
        self.servers = f"{broker.host}:{broker.port}"
        self.client = {"bootstrap.servers": self.servers}

    def stop(self) -> None:
        self._owner = None

    def messages(self, topic: str, count: int) -> list[list[Message]]:
        """The topic's messages by partition, once there are ``count`` of them."""
        consumer = Consumer({"bootstrap.servers": self.servers, "group.id": "test"})
        partitions = consumer.list_topics(topic, timeout=5).topics[topic].partitions
        consumer.assign([TopicPartition(topic, each, OFFSET_BEGINNING) for each in partitions])
        found: list[list[Message]] = [[] for _ in partitions]
        deadline = time.monotonic() + 120
        while sum(map(len, found)) < count and time.monotonic() < deadline:
            for message in consumer.consume(1000, 0.2):
                assert message.error() is None
                found[message.partition() or 0].append((message.key(), message.value()))
        consumer.close()
        assert sum(map(len, found)) == count
        return found
