"""Kafka's client: every message acknowledged by all in-sync replicas, or reported by key."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from producer.delivery.totals import Observer, Totals
from producer.errors import ProducerError, StoppedError, UsageError

SETTINGS: dict[str, object] = {
    # The broker keeps the order and drops what a retry sends twice.
    "enable.idempotence": True,
    "acks": "all",
    # 20 ms and 1 MB let lz4 see many messages at once.
    "linger.ms": 20,
    "batch.size": 1_000_000,
    "compression.type": "lz4",
    # Java's partitioner, so that other clients send the same key to the same partition.
    "partitioner": "murmur2_random",
    "queue.buffering.max.messages": 200_000,
    "queue.buffering.max.kbytes": 256 * 1024,
    # An unreachable broker is reported here, once and in words, and not on every attempt.
    "log_level": 0,
}
#: Seconds between two looks at Kafka and at the observer.
STEP = 0.2
#: Seconds between two attempts to find room in a full queue.
STEP_FULL = 0.05
#: Seconds that a stopped run gives Kafka for what is under way.
AFTER_STOP = 10.0


class Delivery:
    """Sends to one topic and counts delivery reports.

    Args:
        client: librdkafka's settings, `bootstrap.servers` among them; they override SETTINGS.
        wait: seconds to wait for Kafka, at the start and for each message.
        observer: gets to know of the waiting, and may end it.

    Raises:
        UsageError: librdkafka does not take the settings.
    """

    def __init__(
        self,
        client: Mapping[str, str],
        topic: str,
        wait: float,
        observer: Observer,
    ) -> None:
        self.servers, self.topic, self.wait = client["bootstrap.servers"], topic, wait
        self.totals = Totals()
        self._observer, self._trouble, self._refused, self._fatal = observer, "", False, ""
        config: dict[str, object] = {"message.timeout.ms": int(wait * 1000)}
        config |= {**SETTINGS, **client, "error_cb": self._note_trouble}
        try:
            self._producer = Producer(config)
        except (KafkaException, TypeError) as error:
            reason = error.args[0].str() if isinstance(error, KafkaException) else error
            raise UsageError(f"Kafka's client does not take the settings: {reason}") from None

    def poll(self, seconds: float) -> None:
        """Let delivery reports come, for so long at most."""
        try:
            self._producer.poll(seconds)
        except KafkaException as error:
            self._fatal = self._fatal or error.args[0].str()
        except SystemError as error:
            # Raised by the client in the midst of a delivery report.
            self._fatal = self._fatal or str(error.__cause__)

    def _note_trouble(self, error: KafkaError) -> None:
        # Waiting heals neither a password nor a certificate; that all brokers are down follows.
        if not self._refused:
            self._trouble = error.str()
            self._refused = error.code() in (KafkaError._AUTHENTICATION, KafkaError._SSL)

    def connect(self) -> None:
        """Wait until each partition of the topic has a leader.

        Raises:
            ProducerError: that did not happen within ``wait`` seconds.
            StoppedError: the run was asked to end first.
        """
        deadline, said = time.monotonic() + self.wait, ""
        while problem := self._problem(deadline - time.monotonic()):
            if self._refused:
                raise ProducerError(f"{problem}: see KAFKA_USERNAME, KAFKA_PASSWORD, KAFKA_CA_FILE")
            if time.monotonic() >= deadline:
                raise ProducerError(f"{problem}; waited {self.wait:g} s (--wait)")
            if self._observer.stopped():
                raise StoppedError(f"stopped while waiting: {problem}")
            if problem != said:
                self._observer.say(f"waiting up to {self.wait:g} s: {problem}")
                said = problem
            self.poll(STEP)

    def _problem(self, patience: float) -> str:
        timeout = min(1.0, max(STEP, patience))
        try:
            topic = self._producer.list_topics(self.topic, timeout=timeout).topics[self.topic]
        except KafkaException as error:
            self.poll(0)
            return f"no Kafka at {self.servers}: {self._trouble or error.args[0].str()}"
        if topic.error is not None:
            return f"topic {self.topic} at {self.servers}: {topic.error.str()}"
        if any(partition.leader < 0 for partition in topic.partitions.values()):
            return f"topic {self.topic} at {self.servers}: a partition has no leader"
        return ""

    def send(self, messages: Sequence[tuple[bytes, bytes | None]]) -> int:
        """Queue (key, value) messages, waiting while the client's queue is full.

        Returns how many were queued: not all of them if the run ends while it waits.
        """
        produce, topic, report = self._producer.produce, self.topic, self._report
        taken = len(messages)
        for number, (key, value) in enumerate(messages):
            try:
                produce(topic, value, key, on_delivery=report)
            except BufferError:
                if not self._send_when_free(key, value):
                    taken = number
                    break
            except KafkaException as error:
                self._failed(key, error.args[0])
        self.totals.produced += taken
        return taken

    def _send_when_free(self, key: bytes, value: bytes | None) -> bool:
        """Whether there was room in the end; a queue stays full while Kafka is unreachable."""
        while not self.ended():
            self.poll(STEP_FULL)
            self._observer.show(self.totals)
            try:
                self._producer.produce(self.topic, value, key, on_delivery=self._report)
                return True
            except BufferError:
                continue
        return False

    def ended(self) -> bool:
        """Whether it was stopped, or Kafka was unreachable for so long that a message failed."""
        return bool(self._observer.stopped()) or self.totals.failed > 0

    def _report(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.totals.acknowledged += 1
        else:
            self._failed(message.key() or b"", error)

    def _failed(self, key: bytes, error: KafkaError) -> None:
        self.totals.failed += 1
        # After a fatal error, the client says of each message only that it was given up.
        reason = self._fatal or error.str()
        self.totals.failures.append((key.decode("utf-8", "replace"), reason))

    def flush(self) -> None:
        """Wait for the delivery report of every message, as long as ``wait`` allows.

        Once the run is asked to stop it waits AFTER_STOP seconds, and no longer when it is asked
        again; what is left then is given up and counted as failed.
        """
        deadline = math.inf
        while self._left(STEP):
            self._observer.show(self.totals)
            if asked := self._observer.stopped():
                deadline = min(deadline, time.monotonic() + (AFTER_STOP if asked == 1 else 0))
            if time.monotonic() >= deadline:
                self._producer.purge()
                self._left(STEP)

    def _left(self, seconds: float) -> int:
        """How many messages have no report yet, after so long at most."""
        deadline = time.monotonic() + seconds
        while (left := len(self._producer)) and (wait := deadline - time.monotonic()) > 0:
            self.poll(wait)
        return left
