"""Topics, tables and connectors for measurements of the sink, in the running stack."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

import settings
from bench.against.handwritten_consumer import COLUMNS
from bootstrap.postgres import provision
from connectors.registrar.definition import Topic, load_definition
from connectors.registrar.kafka import Kafka
from connectors.registrar.rest import Connect
from connectors.registrar.waiting import stop_and_wait

CONNECTOR = settings.ROOT / "connectors" / "transactions_sink.yml"
TYPES = ["text", "text", "numeric", "text", "text", "text", "timestamptz"]
PARTITIONS = 3
LIMIT_SECONDS = 300
POLL_SECONDS = 0.5


class SinkStack:
    """One topic in one format, and what takes it into a table of the same name.

    Args:
        name: of topic, table and connector.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.kafka = Kafka(settings.kafka_client())
        self.connect = Connect(settings.connect_url())

    @contextmanager
    def topic(self) -> Iterator[None]:
        """The topic, empty; deleted afterwards."""
        # A run that was killed has left its own behind, perhaps in another format.
        if self.name in self.connect.names():
            self._remove_connector()
        self._delete_topics()
        self.kafka.create([Topic(self.name, PARTITIONS), Topic(self._letters, 1)])
        try:
            yield
        finally:
            self._delete_topics()

    @property
    def _letters(self) -> str:
        return f"{self.name}.dlq"

    def _delete_topics(self) -> None:
        names = [n for n in (self.name, self._letters) if self.kafka.partitions(n)]
        if names:
            self.kafka.delete(names)
        self._until(lambda: not any(map(self.kafka.partitions, names)), "deleting topics")

    @contextmanager
    def table(self) -> Iterator[psycopg.Connection]:
        """A connection to the database of a new, empty table, which is dropped afterwards."""
        with provision.connect(settings.get("POSTGRES_DB")) as connection:
            connection.execute(f"drop table if exists public.{self.name}")
            columns = [f'"{c}" {t}' for c, t in zip(COLUMNS, TYPES, strict=True)]
            marks = ", ".join(["%s"] * len(columns))
            connection.execute(f"select pipeline.sink_table(%s, {marks})", [self.name, *columns])
            connection.execute("checkpoint")
            try:
                yield connection
            finally:
                connection.execute(f"drop table public.{self.name}")

    def definition(self) -> dict[str, str]:
        """The project's connector as its file has it, for this topic and table."""
        return {
            **load_definition(CONNECTOR).config,
            "topics": self.name,
            "collection.name.format": f"public.{self.name}",
            "errors.deadletterqueue.topic.name": self._letters,
        }

    @contextmanager
    def connector(self, config: dict[str, str]) -> Iterator[None]:
        """A connector that reads the topic from its beginning; removed afterwards."""
        self.connect.put_config(self.name, config)
        try:
            yield
        finally:
            self._remove_connector()

    def _remove_connector(self) -> None:
        # Offsets start from the beginning next time.
        stop_and_wait(self.connect, self.name)
        self.connect.delete_offsets(self.name)
        self.connect.delete(self.name)

    def until_read(self, records: int) -> None:
        """Wait until the connector has committed so many records.

        Raises:
            RuntimeError: it has not within LIMIT_SECONDS.
        """
        self._until(
            lambda: sum(self.connect.offsets(self.name).values()) >= records, "reading the topic"
        )

    def _until(self, reached: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + LIMIT_SECONDS
        while not reached():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name}: {what} did not end in {LIMIT_SECONDS} s")
            time.sleep(POLL_SECONDS)

    def produce(self, messages: int, *more: str) -> None:
        """Have the project's own producer fill the topic."""
        words = ["stream", "--count", str(messages), "--topic", self.name, *more]
        command("-m", "producer", *words)


@contextmanager
def stream_format(form: str) -> Iterator[None]:
    """Have the connector's file and the producer take another format."""
    before = settings.get("STREAM_FORMAT")
    os.environ["STREAM_FORMAT"] = form
    try:
        yield
    finally:
        os.environ["STREAM_FORMAT"] = before


def command(*words: str) -> None:
    """Run Python with these arguments.

    Raises:
        RuntimeError: it failed; the text has what it said.
    """
    done = subprocess.run(
        [sys.executable, *words], cwd=settings.ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:4])} failed: {done.stderr[-2000:]}")
