"""Producers -> topic: what Kafka acknowledged to them is in the topic."""

from __future__ import annotations

from confluent_kafka import KafkaException

from connectors.registrar.kafka import Kafka
from dags.landing.reconcile.report import Hop
from producer.delivery import delivery_log


def compare(kafka: Kafka, topic: str, hop: Hop) -> None:
    """The producers' delivery log, against the records that the topic was ever given.

    Not more than that: a producer that was killed logs nothing, others may never do.
    """
    try:
        # The log first: what it has was in the topic before.
        topic_id = delivery_log.topic_id(kafka.client, topic)
        logged = delivery_log.count_acknowledged(topic, topic_id)
    except KafkaException as error:
        hop.notes.append(f"what producers had acknowledged is not known: {error}")
        return
    given = sum(kafka.ends(kafka.partitions(topic)).values())
    if logged:
        hop.notes.append(f"{topic} was given {given:,} records, {logged:,} by producers that log")
    missing = max(logged - given, 0)
    hop.differs("acknowledged to producers, and never in the topic", missing, [topic])
