"""What the verbs need of Kafka: topics, offsets, ranges of records, acknowledged messages."""

from registrar.kafka.cluster import Kafka
from registrar.kafka.errors import KafkaDownError
from registrar.kafka.places import Partition, after, offset, place

__all__ = ["Kafka", "KafkaDownError", "Partition", "after", "offset", "place"]
