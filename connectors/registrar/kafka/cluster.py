"""One Kafka cluster: its topics and offsets, and the ways to read and write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from functools import cached_property
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from connectors.registrar.definition import Topic
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import reading, sending
from connectors.registrar.kafka.errors import (
    TIMEOUT,
    kafka_down,
    kafka_error,
    new_client,
    retry_while,
    signed_in,
)
from connectors.registrar.kafka.offsets import Partition, topic_partition

BROKER_DEFAULT = -1
# A partition that has just been created, or moved, has no leader for a moment.
LEADERLESS = {
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._NOENT,
}
# A group's coordinator moves when a broker starts or is slow.
UNCOORDINATED = {
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
}


class Kafka:
    """One Kafka cluster; connects when first asked.

    Every method raises KafkaDownError if no broker answers in time, and RegistrarError if the
    client does not take a setting.

    Args:
        client: librdkafka's settings, such as bootstrap.servers, security.protocol, sasl.username.
    """

    def __init__(self, client: Mapping[str, str]) -> None:
        self.bootstrap_servers = client.get("bootstrap.servers", "")
        if not self.bootstrap_servers:
            raise RegistrarError(
                "the broker's address is not known: set KAFKA_BOOTSTRAP_SERVERS or use --kafka"
            )
        self.client = client
        # librdkafka writes connection trouble to stderr by itself; the calls below report it once.
        self._settings = {**client, "log_level": "0"}

    @cached_property
    def _admin(self) -> AdminClient:
        return signed_in(self._settings)

    # --- topics -----------------------------------------------------------------------------

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
        """Create topics; one that somebody else created meanwhile is fine."""
        if not topics:
            return
        futures = self._admin.create_topics([_new(t) for t in topics], operation_timeout=TIMEOUT)
        _wait(futures, "created", KafkaError.TOPIC_ALREADY_EXISTS)

    def settings(self, topics: Iterable[str]) -> dict[str, dict[str, str]]:
        """The settings of topics, by topic and name; the broker's defaults too."""
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in topics]
        if not resources:
            return {}

        def ask() -> dict[str, dict[str, str]]:
            futures = self._admin.describe_configs(resources, request_timeout=TIMEOUT)
            found = {resource.name: future.result() for resource, future in futures.items()}
            return {
                topic: {name: entry.value for name, entry in entries.items()}
                for topic, entries in found.items()
            }

        return retry_while(LEADERLESS, "Kafka does not answer", ask)

    def alter(self, topic: str, settings: Mapping[str, str]) -> None:
        """Set some of a topic's settings; the others stay."""
        entries = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
            for name, value in settings.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
        futures = self._admin.incremental_alter_configs([resource], request_timeout=TIMEOUT)
        _wait({each.name: future for each, future in futures.items()}, "changed")

    def delete(self, names: Sequence[str]) -> None:
        """Delete topics with all their records."""
        _wait(self._admin.delete_topics(list(names), operation_timeout=TIMEOUT), "deleted")

    # --- offsets ----------------------------------------------------------------------------

    def begins(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Offset of the first record that still exists."""
        return self._offsets(partitions, OffsetSpec.earliest())

    def ends(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Offset that the next record will get."""
        return self._offsets(partitions, OffsetSpec.latest())

    def at_time(self, partitions: Iterable[Partition], millis: int) -> dict[Partition, int]:
        """Offset of the first record of this time (epoch ms, from 0) or later, else the end."""
        wanted = list(partitions)
        found = self._offsets(wanted, OffsetSpec.for_timestamp(millis))
        ends = self.ends(wanted)
        return {p: offset if offset >= 0 else ends[p] for p, offset in found.items()}

    def count(self, topic: str, since: int = 0) -> int:
        """Records in a topic, by its first and last offsets; 0 if there is no such topic.

        Args:
            since: epoch ms; only the first record of this time and those after it.
        """
        partitions = self.partitions(topic)
        starts = self.at_time(partitions, since) if since else self.begins(partitions)
        return sum(self.ends(partitions).values()) - sum(starts.values())

    # --- records ----------------------------------------------------------------------------

    def read(
        self, starts: Mapping[Partition, int], limit: int, committed_only: bool = False
    ) -> dict[Partition, list[Message]]:
        """At most `limit` records of each partition, from its start up to its present end.

        A part of them is never returned.
        """
        ends = self.ends(starts)
        records: dict[Partition, list[Message]] = {
            p: [] for p, start in starts.items() if start < ends[p]
        }
        for messages in reading.batches(self._settings, starts, ends, limit, committed_only):
            for message in messages:
                records[topic_partition(message)].append(message)
        return records

    def batches(
        self,
        starts: Mapping[Partition, int],
        ends: Mapping[Partition, int],
        committed_only: bool = False,
    ) -> Iterator[list[Message]]:
        """All records from the starts up to the ends, as they come."""
        return reading.batches(self._settings, starts, ends, committed_only=committed_only)

    def send(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Produce messages and wait until all are acknowledged by all in-sync replicas.

        Each mapping holds the arguments of confluent_kafka's Producer.produce.

        Raises:
            RegistrarError: at least one was not acknowledged.
        """
        if messages:
            sending.send(self._settings, messages)

    # --- consumer groups --------------------------------------------------------------------

    def group_members(self, group: str) -> int:
        """How many consumers the group has; 0 if it does not exist."""
        try:
            described = self._admin.describe_consumer_groups([group], request_timeout=TIMEOUT)
            return len(described[group].result().members)
        except KafkaException as error:
            raise kafka_down(error, "Kafka does not answer") from None

    def committed(self, group: str, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Committed offsets of a group, without the partitions that have none."""
        wanted = [TopicPartition(*p) for p in partitions]
        with closing(self._member(group)) as consumer:
            found = retry_while(UNCOORDINATED, "Kafka", lambda: consumer.committed(wanted, TIMEOUT))
        return {(str(t.topic), t.partition): t.offset for t in found if t.offset >= 0}

    def _member(self, group: str) -> Consumer:
        settings = {**self._settings, "group.id": group, "enable.auto.commit": False}
        return new_client(Consumer, settings)

    def _metadata(self) -> Mapping[str, Any]:
        try:
            return self._admin.list_topics(timeout=TIMEOUT).topics
        except KafkaException as error:
            raise kafka_down(error, f"Kafka does not answer at {self.bootstrap_servers}") from None

    def _offsets(self, partitions: Iterable[Partition], spec: OffsetSpec) -> dict[Partition, int]:
        wanted = {TopicPartition(*p): spec for p in partitions}
        if not wanted:
            return {}

        def ask() -> dict[Partition, int]:
            futures = self._admin.list_offsets(wanted, request_timeout=TIMEOUT)
            return {(t.topic, t.partition): f.result().offset for t, f in futures.items()}

        return retry_while(LEADERLESS, "Kafka does not answer", ask)


def _wait(futures: Mapping[str, Future[None]], done: str, fine: int | None = None) -> None:
    for name, future in futures.items():
        try:
            future.result()
        except KafkaException as error:
            if kafka_error(error).code() != fine:
                why = kafka_error(error).str()
                raise RegistrarError(f"topic {name} cannot be {done}: {why}") from None


def _new(topic: Topic) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=topic.partitions or BROKER_DEFAULT,
        replication_factor=topic.replication_factor or BROKER_DEFAULT,
        config=topic.config,
    )
