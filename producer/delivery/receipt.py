"""What Kafka acknowledged, left for `make audit`: a line a run, below the state folder.

The topic's id stands in it, because a topic that was made anew owes nothing to its predecessor.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

import settings

#: Seconds for Kafka to tell the topic's id.
PATIENCE = 2


def leave(servers: str, topic: str, options: Mapping[str, str], acknowledged: int) -> None:
    """Write down that this run had so many messages acknowledged.

    The messages are in Kafka all the same when that fails: the audit then knows less, and it is
    only told.
    """
    if not acknowledged:
        return
    try:
        line = {"topic_id": topic_id(servers, topic, options), "acknowledged": acknowledged}
        file = _file(topic)
        file.parent.mkdir(parents=True, exist_ok=True)
        # One write to the end of the file: runs beside each other do not mix.
        with file.open("a") as receipts:
            receipts.write(json.dumps(line) + "\n")
    except (KafkaException, OSError, settings.SettingError) as error:
        print(f"no receipt for the audit: {error}", file=sys.stderr)


def acknowledged(topic: str, of_id: str) -> int:
    """Messages that runs had acknowledged by this topic, as far as they left receipts."""
    return sum(n for found, n in _read(topic) if found == of_id)


def topic_id(servers: str, topic: str, options: Mapping[str, str] | None = None) -> str:
    """The id that Kafka gave to the topic when it was made.

    Raises:
        KafkaException: there is no such topic, or no answer in time.
    """
    admin = AdminClient({**(options or {}), "bootstrap.servers": servers, "log_level": "0"})
    described = admin.describe_topics(TopicCollection([topic]), request_timeout=PATIENCE)
    return str(described[topic].result(PATIENCE).topic_id)


def _file(topic: str) -> Path:
    return settings.folder("PIPELINE_STATE") / "acknowledged" / f"{topic}.jsonl"


def _read(topic: str) -> Iterator[tuple[str, int]]:
    file = _file(topic)
    for text in file.read_text().splitlines() if file.exists() else ():
        line = json.loads(text)
        yield line["topic_id"], line["acknowledged"]
