"""What the verbs need of Kafka: topics, offsets, ranges of records, acknowledged messages."""

from connectors.registrar.kafka.cluster import Kafka
from connectors.registrar.kafka.errors import KafkaDownError
from connectors.registrar.kafka.offsets import Partition, next_offset, offset, topic_partition

__all__ = ["Kafka", "KafkaDownError", "Partition", "next_offset", "offset", "topic_partition"]
