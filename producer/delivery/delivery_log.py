"""How many messages Kafka acknowledged, for `make audit`: a line per run, below the state folder.

A line has the topic's id, because a topic that was deleted and made again lacks the messages of its
predecessor.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

import settings

#: Seconds that Kafka has to answer with the topic's id.
PATIENCE = 2


def append(client: Mapping[str, str], topic: str, acknowledged: int) -> None:
    """Write down that this run had so many messages acknowledged.

    If that fails, the messages are in Kafka all the same and only the audit knows less: it is
    reported on stderr and is not an error.
    """
    if not acknowledged:
        return
    try:
        line = {"topic_id": topic_id(client, topic), "acknowledged": acknowledged}
        file = _file(topic)
        file.parent.mkdir(parents=True, exist_ok=True)
        # One write to the end of the file: lines of runs at the same time do not mix.
        with file.open("a") as log:
            log.write(json.dumps(line) + "\n")
    except (KafkaException, OSError, settings.SettingError) as error:
        print(f"the audit will not know of these messages: {error}", file=sys.stderr)


def count_acknowledged(topic: str, of_id: str) -> int:
    """Messages that runs had acknowledged by the topic with this id, as far as they logged it."""
    return sum(count for found, count in _read(topic) if found == of_id)


def topic_id(client: Mapping[str, str], topic: str) -> str:
    """The id that Kafka gave to the topic when it was made.

    Args:
        client: librdkafka's settings.

    Raises:
        KafkaException: there is no such topic, or no answer in time.
    """
    admin = AdminClient({**client, "log_level": "0"})
    described = admin.describe_topics(TopicCollection([topic]), request_timeout=PATIENCE)
    return str(described[topic].result(PATIENCE).topic_id)


def _file(topic: str) -> Path:
    return settings.folder("PIPELINE_STATE") / "acknowledged" / f"{topic}.jsonl"


def _read(topic: str) -> Iterator[tuple[str, int]]:
    file = _file(topic)
    for text in file.read_text().splitlines() if file.exists() else ():
        line = json.loads(text)
        yield line["topic_id"], line["acknowledged"]
