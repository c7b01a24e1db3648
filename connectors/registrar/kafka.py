"""What the verbs need of Kafka: topics, offsets, a range of records, acknowledged messages."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from registrar.definition import Topic
from registrar.errors import RegistrarError

Partition = tuple[str, int]

TIMEOUT = 15.0
BROKER_DEFAULT = -1
# A group's coordinator moves when a broker starts or is slow.
UNCOORDINATED = {
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
}
# Records that the client hands over at once.
BATCH = 10_000
BATCH_SECONDS = 0.1
# A partition that has just been made, or moved, has no leader for a moment.
LEADERLESS = {
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._NOENT,
}
PRODUCER = {
    "enable.idempotence": True,
    "linger.ms": 5,
    # Java's partitioner: a key that is replayed meets the partition that it came from.
    "partitioner": "murmur2_random",
}
# The group is only a name that the client asks for: nothing is subscribed or committed under it.
READER_GROUP = "registrar-reader"


class KafkaDownError(RegistrarError):
    """No broker answers in time."""


class Kafka:
    """One Kafka cluster; connects when first asked.

    Args:
        bootstrap_servers: HOST:PORT, several separated by commas.
        settings: more settings of librdkafka, such as security.protocol or sasl.username.
    """

    def __init__(self, bootstrap_servers: str, settings: Mapping[str, str] | None = None) -> None:
        if not bootstrap_servers:
            raise RegistrarError(
                "the broker's address is not known: set KAFKA_BOOTSTRAP_SERVERS or use --kafka"
            )
        self.bootstrap_servers = bootstrap_servers
        # librdkafka writes connection trouble to stderr by itself; the calls below report it once.
        self._settings = {
            **(settings or {}),
            "bootstrap.servers": bootstrap_servers,
            "log_level": "0",
        }

    @cached_property
    def _admin(self) -> AdminClient:
        return AdminClient(dict(self._settings))

    def missing(self, topics: Sequence[Topic]) -> list[Topic]:
        """Those of the topics that the cluster does not have."""
        if not topics:
            return []
        existing = self._metadata()
        return [topic for topic in topics if topic.name not in existing]

    def partitions(self, topic: str) -> list[Partition]:
        """The topic's partitions; none if there is no such topic."""
        found = self._metadata().get(topic)
        return [(topic, partition) for partition in sorted(found.partitions)] if found else []

    def create(self, topics: Sequence[Topic]) -> None:
        """Create topics; one that somebody else made meanwhile is fine."""
        if not topics:
            return
        futures = self._admin.create_topics([_new(t) for t in topics], operation_timeout=TIMEOUT)
        for name, future in futures.items():
            try:
                future.result()
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise RegistrarError(
                        f"topic {name} cannot be made: {error.args[0].str()}"
                    ) from None

    def delete(self, names: Sequence[str]) -> None:
        """Delete topics with all their records."""
        for future in self._admin.delete_topics(list(names), operation_timeout=TIMEOUT).values():
            try:
                future.result()
            except KafkaException as error:
                raise RegistrarError(f"a topic stays: {error.args[0].str()}") from None

    def begins(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Offset of the first record that still exists."""
        return self._offsets(partitions, OffsetSpec.earliest())

    def ends(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Offset that the next record will get."""
        return self._offsets(partitions, OffsetSpec.latest())

    def at_time(self, partitions: Iterable[Partition], millis: int) -> dict[Partition, int]:
        """Offset of the first record of this time (epoch ms) or later, else the end."""
        wanted = list(partitions)
        found = self._offsets(wanted, OffsetSpec.for_timestamp(millis))
        ends = self.ends(wanted)
        return {p: offset if offset >= 0 else ends[p] for p, offset in found.items()}

    def read(
        self, starts: Mapping[Partition, int], limit: int, committed_only: bool = False
    ) -> dict[Partition, list[Message]]:
        """At most `limit` records of each partition, from its start up to its present end.

        Raises:
            KafkaDownError: the records did not come in time; a part of them is never returned.
        """
        ends = self.ends(starts)
        missing = {p for p, start in starts.items() if start < ends[p]}
        records: dict[Partition, list[Message]] = {p: [] for p in missing}
        consumer = Consumer(self._reader_settings(committed_only))
        try:
            consumer.assign([TopicPartition(*p, starts[p]) for p in missing])
            while missing:
                message = consumer.poll(TIMEOUT)
                if message is None:
                    raise KafkaDownError(f"Kafka sent no records of {missing} in {TIMEOUT:.0f} s")
                self._sort_in(message, records, ends, limit, missing)
        except KafkaException as error:
            raise KafkaDownError(f"Kafka: {error.args[0].str()}") from None
        finally:
            consumer.close()
        return records

    def _sort_in(
        self,
        message: Message,
        records: dict[Partition, list[Message]],
        ends: Mapping[Partition, int],
        limit: int,
        missing: set[Partition],
    ) -> None:
        error = message.error()
        place = (str(message.topic()), int(message.partition() or 0))
        if error is not None and error.code() != KafkaError._PARTITION_EOF:
            raise KafkaDownError(f"Kafka: {error.str()}")
        if place not in missing:
            return
        offset = int(message.offset() or 0)
        # An end-of-partition event has the offset after the last record.
        if error is None and offset < ends[place]:
            records[place].append(message)
        if error is not None or offset + 1 >= ends[place] or len(records[place]) >= limit:
            missing.discard(place)

    def batches(
        self,
        starts: Mapping[Partition, int],
        ends: Mapping[Partition, int],
        committed_only: bool = False,
    ) -> Iterator[list[Message]]:
        """All records from the starts up to the ends, as they come.

        Raises:
            KafkaDownError: the records did not come in time.
        """
        open_ = {p for p, start in starts.items() if start < ends[p]}
        consumer = Consumer(self._reader_settings(committed_only))
        try:
            consumer.assign([TopicPartition(*p, starts[p]) for p in open_])
            deadline = time.monotonic() + TIMEOUT
            while open_:
                # It waits for a full batch, so not for long.
                if messages := consumer.consume(BATCH, BATCH_SECONDS):
                    deadline = time.monotonic() + TIMEOUT
                    yield [m for m in messages if _is_before(m, ends, open_)]
                elif time.monotonic() > deadline:
                    raise KafkaDownError(f"Kafka sent no records of {open_} in {TIMEOUT:.0f} s")
        except KafkaException as error:
            raise KafkaDownError(f"Kafka: {error.args[0].str()}") from None
        finally:
            consumer.close()

    def send(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Produce messages and wait until all are acknowledged by all in-sync replicas.

        Each mapping holds the arguments of confluent_kafka's Producer.produce.

        Raises:
            RegistrarError: at least one was not acknowledged.
        """
        failures: list[str] = []
        producer = Producer({**PRODUCER, **self._settings})
        for message in messages:
            while True:
                try:
                    producer.produce(
                        **message, on_delivery=lambda e, _: failures.append(e.str()) if e else None
                    )
                    break
                except BufferError:
                    producer.poll(1.0)
            producer.poll(0)
        unsent = producer.flush(2 * TIMEOUT)
        if unsent or failures:
            reason = failures[0] if failures else "no acknowledgement in time"
            raise RegistrarError(f"{unsent + len(failures)} messages were not delivered: {reason}")

    def group_members(self, group: str) -> int:
        """How many consumers the group has; 0 if it does not exist."""
        try:
            described = self._admin.describe_consumer_groups([group], request_timeout=TIMEOUT)
            return len(described[group].result().members)
        except KafkaException as error:
            raise KafkaDownError(f"Kafka does not answer: {error.args[0].str()}") from None

    def committed(self, group: str, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Committed offsets of a group, without the partitions that have none."""
        consumer = Consumer({**self._settings, "group.id": group, "enable.auto.commit": False})
        wanted = [TopicPartition(*p) for p in partitions]
        deadline = time.monotonic() + TIMEOUT
        try:
            while True:
                try:
                    found = consumer.committed(wanted, TIMEOUT)
                    return {(str(t.topic), t.partition): t.offset for t in found if t.offset >= 0}
                except KafkaException as error:
                    if error.args[0].code() not in UNCOORDINATED or time.monotonic() > deadline:
                        raise KafkaDownError(f"Kafka: {error.args[0].str()}") from None
                time.sleep(0.2)
        finally:
            consumer.close()

    def commit(self, group: str, offsets: Mapping[Partition, int]) -> None:
        """Set committed offsets of a group without members."""
        consumer = Consumer({**self._settings, "group.id": group, "enable.auto.commit": False})
        try:
            places = [TopicPartition(*p, offset) for p, offset in offsets.items()]
            consumer.commit(offsets=places, asynchronous=False)
        finally:
            consumer.close()

    def _reader_settings(self, committed_only: bool) -> dict[str, Any]:
        return {
            **self._settings,
            "group.id": READER_GROUP,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 50,
            "isolation.level": "read_committed" if committed_only else "read_uncommitted",
            # A record that fell out of the log is an error to report, not a place to skip from.
            "auto.offset.reset": "error",
        }

    def _metadata(self) -> Mapping[str, Any]:
        try:
            return self._admin.list_topics(timeout=TIMEOUT).topics
        except KafkaException as error:
            raise KafkaDownError(
                f"Kafka does not answer at {self.bootstrap_servers}: {error.args[0].str()}"
            ) from None

    def _offsets(self, partitions: Iterable[Partition], spec: OffsetSpec) -> dict[Partition, int]:
        wanted = {TopicPartition(*p): spec for p in partitions}
        if not wanted:
            return {}
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                futures = self._admin.list_offsets(wanted, request_timeout=TIMEOUT)
                return {(t.topic, t.partition): f.result().offset for t, f in futures.items()}
            except KafkaException as error:
                if error.args[0].code() not in LEADERLESS or time.monotonic() > deadline:
                    reason = error.args[0].str()
                    raise KafkaDownError(f"Kafka does not answer: {reason}") from None
            time.sleep(0.1)


def _is_before(message: Message, ends: Mapping[Partition, int], open_: set[Partition]) -> bool:
    """Whether it is a record below its partition's end; a partition that is through is closed."""
    error = message.error()
    place = (str(message.topic()), int(message.partition() or 0))
    if error is not None and error.code() != KafkaError._PARTITION_EOF:
        raise KafkaDownError(f"Kafka: {error.str()}")
    offset = int(message.offset() or 0)
    # An end-of-partition event has the offset after the last record.
    if offset + 1 >= ends[place]:
        open_.discard(place)
    return error is None and offset < ends[place]


def _new(topic: Topic) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=topic.partitions or BROKER_DEFAULT,
        replication_factor=topic.replication_factor or BROKER_DEFAULT,
        config=topic.config,
    )
