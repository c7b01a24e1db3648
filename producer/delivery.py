"""Kafka: every message acknowledged by all in-sync replicas exactly once, or reported by key."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from producer.errors import ProducerError

# Idempotence keeps order and removes the doubles of retries; the rest is for throughput: 20 ms of
# linger and 1 MB batches give lz4 something to compress.
SETTINGS: dict[str, object] = {
    "enable.idempotence": True,
    "acks": "all",
    "compression.type": "lz4",
    "linger.ms": 20,
    "batch.size": 1_000_000,
    "queue.buffering.max.messages": 200_000,
    "queue.buffering.max.kbytes": 256 * 1024,
    # librdkafka's own lines about a broker that is away; Delivery says it once, in words.
    "log_level": 0,
}
FLUSH_STEP = 0.2
Say = Callable[[str], None]


@dataclass
class Totals:
    """Messages handed to Kafka's client, and what became of them."""

    produced: int = 0
    acknowledged: int = 0
    failed: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        return self.produced - self.acknowledged - self.failed

    def line(self) -> str:
        return f"produced {self.produced}, acknowledged {self.acknowledged}, failed {self.failed}"


class Delivery:
    """Sends to one topic and counts delivery reports.

    Args:
        servers: Kafka's bootstrap servers.
        wait: seconds to wait for Kafka, at the start and for each message.
        settings: librdkafka settings that go before ours.
        say: takes a line for the person who waits.
        stopped: asked while waiting; True ends the waiting.
    """

    def __init__(
        self,
        servers: str,
        topic: str,
        *,
        wait: float,
        say: Say,
        settings: dict[str, object] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.servers, self.topic, self.wait = servers, topic, wait
        self.totals = Totals()
        self._say, self._stopped = say, stopped
        timeout = {"message.timeout.ms": max(1, int(wait * 1000))}
        config = {"bootstrap.servers": servers, **SETTINGS, **timeout, **(settings or {})}
        try:
            self._producer = Producer(config)
        except (KafkaException, TypeError, ValueError) as error:
            raise ProducerError(f"Kafka client settings: {_reason(error)}") from None
        self.poll = self._producer.poll

    def connect(self) -> None:
        """Wait until each partition of the topic has a leader.

        Raises:
            ProducerError: it has not within ``wait`` seconds.
        """
        deadline, said = time.monotonic() + self.wait, ""
        while True:
            problem = self._problem()
            if not problem:
                return
            if time.monotonic() >= deadline or self._stopped():
                raise ProducerError(
                    f"{problem} (waited {self.wait:g} s, --wait). Is Kafka up? `make status`"
                )
            if problem != said:
                self._say(f"waiting up to {self.wait:g} s: {problem}")
                said = problem
            self.poll(0.2)

    def _problem(self) -> str:
        try:
            topic = self._producer.list_topics(self.topic, timeout=2).topics[self.topic]
        except KafkaException:
            return f"no Kafka broker answers at {self.servers}"
        if topic.error is not None:
            return f"topic {self.topic} at {self.servers}: {topic.error.str()}"
        if any(partition.leader < 0 for partition in topic.partitions.values()):
            return f"topic {self.topic} at {self.servers}: a partition has no leader"
        return ""

    def send(self, key: bytes, value: bytes | None) -> None:
        """Queue a message; waits while the client's queue is full."""
        totals = self.totals
        while True:
            try:
                self._producer.produce(self.topic, value, key, on_delivery=self._report)
            except BufferError:
                self.poll(0.1)
            except KafkaException as error:
                totals.produced += 1
                self._fail(key, error.args[0])
                return
            else:
                totals.produced += 1
                return

    def _report(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.totals.acknowledged += 1
        else:
            self._fail(message.key() or b"", error)

    def _fail(self, key: bytes, error: KafkaError) -> None:
        self.totals.failed += 1
        self.totals.failures.append((key.decode("utf-8", "replace"), error.str()))

    def flush(self, limit: float | None = None) -> Totals:
        """Wait for the delivery report of every message, then give the totals.

        After ``limit`` seconds (None: as long as messages may wait for Kafka) what is still in the
        queue is given up and counted as failed.
        """
        deadline = None if limit is None else time.monotonic() + limit
        while self._producer.flush(FLUSH_STEP):
            if deadline is not None and time.monotonic() >= deadline:
                self._producer.purge()
                self._producer.flush(5)
                break
        return self.totals


def _reason(error: Exception) -> str:
    first = error.args[0] if error.args else error
    return first.str() if isinstance(first, KafkaError) else str(first)
