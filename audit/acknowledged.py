"""Producers -> topic: what Kafka acknowledged to them is in the topic."""

from __future__ import annotations

from confluent_kafka import KafkaException

from connectors.registrar.kafka import Kafka
from dags.landing.reconcile.report import Hop
from producer.delivery import receipt


def compare(kafka: Kafka, topic: str, hop: Hop) -> None:
    """The receipts that producers left, against the records that the topic was ever given.

    Not more than that: a producer that was killed leaves no receipt, others may never do.
    """
    try:
        # Receipts first: what they tell of was in the topic before.
        told = receipt.acknowledged(topic, receipt.topic_id(kafka.bootstrap_servers, topic))
    except KafkaException as error:
        hop.notes.append(f"what producers had acknowledged is not known: {error}")
        return
    given = sum(kafka.ends(kafka.partitions(topic)).values())
    if told:
        hop.notes.append(f"{topic} was given {given:,} records, {told:,} of them by receipts")
    hop.differs("acknowledged to producers, and never in the topic", max(told - given, 0), [topic])
