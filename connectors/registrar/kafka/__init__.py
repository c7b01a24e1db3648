"""What the verbs need of Kafka: topics, offsets, ranges of records, acknowledged messages."""

from connectors.registrar.kafka.cluster import Kafka
from connectors.registrar.kafka.errors import KafkaDownError
from connectors.registrar.kafka.places import Partition, after, offset, place

__all__ = ["Kafka", "KafkaDownError", "Partition", "after", "offset", "place"]
