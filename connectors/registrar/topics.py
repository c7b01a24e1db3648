"""Topics that a connector's file declares: created when missing, never altered or deleted."""

from __future__ import annotations

from collections.abc import Sequence

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from registrar.definition import Topic
from registrar.errors import RegistrarError

TIMEOUT = 15.0
BROKER_DEFAULT = -1


def admin(bootstrap_servers: str) -> AdminClient:
    """A client for topics and offsets; connects on its first call."""
    if not bootstrap_servers:
        raise RegistrarError(
            "the broker's address is not known: set KAFKA_BOOTSTRAP_SERVERS or use --kafka"
        )
    # The client writes connection trouble to stderr by itself; the calls below report it once.
    return AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})


def missing(client: AdminClient, topics: Sequence[Topic]) -> list[Topic]:
    """Those of the topics that the broker does not have.

    Raises:
        RegistrarError: the broker does not answer.
    """
    if not topics:
        return []
    try:
        existing = client.list_topics(timeout=TIMEOUT).topics
    except KafkaException as error:
        raise RegistrarError(f"Kafka does not answer: {error.args[0].str()}") from None
    return [topic for topic in topics if topic.name not in existing]


def create(client: AdminClient, topics: Sequence[Topic]) -> list[str]:
    """Create topics and wait until the broker has them; returns the names that were new."""
    if not topics:
        return []
    created = []
    futures = client.create_topics([_new(t) for t in topics], operation_timeout=TIMEOUT)
    for name, future in futures.items():
        try:
            future.result()
            created.append(name)
        except KafkaException as error:
            if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
                raise RegistrarError(
                    f"topic {name} cannot be made: {error.args[0].str()}"
                ) from None
    return created


def _new(topic: Topic) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=topic.partitions or BROKER_DEFAULT,
        replication_factor=topic.replication_factor or BROKER_DEFAULT,
        config=topic.config,
    )
