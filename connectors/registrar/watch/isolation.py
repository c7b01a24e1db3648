"""Takes records that the database refuses out of a sink's way, without skipping any other.

The sink stops with the whole batch in which one row was refused, and says neither which nor where.
Its committed offsets are the first record of that batch in each partition. So: stop the connector,
read on from there, write the rows with the sink's own statement, send what is refused to the
dead-letter topic with its reason, move the offsets past what was read, resume.

The order makes every step safe to repeat: rows are committed before dead letters are sent, these
are acknowledged before the offsets move, and the journal is written before the stop. A watcher that
is killed between two steps starts again at the stop: what is repeated then changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import Message

from connectors.registrar.database import Database, from_config
from connectors.registrar.dead_letters import (
    DeadLetterTopic,
    Origin,
    dead_letter_message,
    origin_of,
)
from connectors.registrar.errors import RegistrarError
from connectors.registrar.kafka import Kafka, Partition, next_offset
from connectors.registrar.lag import reads_committed, topics_of
from connectors.registrar.records.errors import RecordError, UnsupportedError
from connectors.registrar.records.reader import RowReader
from connectors.registrar.rest import Connect
from connectors.registrar.waiting import stop_and_wait
from connectors.registrar.watch.journal import Journal
from connectors.registrar.watch.upsert import Refusal, Upsert

# While each range has a refused record, the next one probably has too: going on by hand costs less
# than a restart of the connector for each. The limit is for the other connectors, which wait.
GO_ON_SECONDS = 15.0
# Records of a partition: ranges grow up to this, because each has costs that do not depend on it.
LARGEST_RANGE = 10_000
DEFAULT_POLL_RECORDS = 500

# In place of the lines of a Java stack trace, which readers of dead letters expect.
FOUND_BY = "register.py watch, which wrote the records of a refused batch by itself"

STOPPING, RESUMING = "stopping", "resuming"


class TooManyError(RegistrarError):
    """More records are refused than may be put aside without a person."""


@dataclass
class Outcome:
    """What an isolation did."""

    written: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    unconvertible: int = 0


class Isolation:
    """Isolates refused records of one connector."""

    def __init__(self, connect: Connect, kafka: Kafka, journal: Journal, name: str) -> None:
        self.name = name
        self._connect = connect
        self._kafka = kafka
        self._journal = journal
        self._dead_letters: tuple[str, DeadLetterTopic, set[Origin]] | None = None

    def run(self, task: int, allow: Callable[[int], None]) -> Outcome:
        """Isolate, and have the connector run again.

        Args:
            task: the task that failed; it is named in the dead letters.
            allow: given the number of refused records of a range before any is sent; raises
                TooManyError to leave the connector stopped with its offsets unmoved.

        Raises:
            UnsupportedError: the connector has something this cannot do; it runs as before.
            TooManyError: see `allow`; the connector stays stopped.
            psycopg.Error: the database failed in between; call again when it is back.
        """
        config = self._connect.config(self.name) or {}
        work = _Work(config, task, allow)
        self._journal.write(self.name, {"step": STOPPING, "task": task})
        stop_and_wait(self._connect, self.name)
        try:
            outcome = self._ranges(work)
        except TooManyError:
            self._journal.clear(self.name)
            raise
        except UnsupportedError:
            self.finish()
            raise
        self.finish()
        return outcome

    def finish(self) -> None:
        """The last step: let the connector run."""
        self._journal.write(self.name, {"step": RESUMING})
        self._connect.resume(self.name)
        self._journal.clear(self.name)

    def _ranges(self, work: _Work) -> Outcome:
        outcome, limit = Outcome(), work.poll_records
        deadline = time.monotonic() + GO_ON_SECONDS
        while time.monotonic() < deadline:
            records = self._next(work, limit)
            limit = max(limit, min(2 * limit, LARGEST_RANGE))
            refused, unconvertible = self._write(work, records)
            outcome.written += sum(map(len, records.values())) - len(refused) - len(unconvertible)
            if not refused:
                break
            self._send(work, refused, unconvertible)
            ends = {p: next_offset(found[-1]) for p, found in records.items() if found}
            self._connect.alter_offsets(self.name, ends)
            outcome.refused += refused
            outcome.unconvertible += len(unconvertible)
        return outcome

    def _next(self, work: _Work, limit: int) -> dict[Partition, list[Message]]:
        """The next records of each partition, at most `limit` of it.

        The first range must hold what one poll of the sink can have had.
        """
        partitions = [p for topic in topics_of(work.config) for p in self._kafka.partitions(topic)]
        committed = self._connect.offsets(self.name)
        begins = self._kafka.begins(partitions)
        starts = {p: max(committed.get(p, 0), begins[p]) for p in partitions}
        return self._kafka.read(starts, limit, work.committed_only)

    def _write(
        self, work: _Work, records: Mapping[Partition, Sequence[Message]]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Write what can be written; returns dead letters: refused rows, and not convertible."""
        rows, refused, unconvertible = [], [], []
        for message in (m for found in records.values() for m in found):
            try:
                rows.append((message, work.reader.row(message)))
            except RecordError as error:
                unconvertible.append(work.unconvertible(message, error))
            except ValueError as error:
                refused.append(work.unbindable(message, error))
        with work.database.connect() as connection:
            refused += [work.refused(r) for r in work.upsert.write(connection, rows)]
            work.allow(len(refused))
        return refused, unconvertible

    def _send(
        self, work: _Work, refused: list[dict[str, Any]], unconvertible: list[dict[str, Any]]
    ) -> None:
        """Send those that are not there yet: the sink may have sent what it cannot convert."""
        known = self._known(work.dead_letter_topic)
        self._kafka.send([m for m in refused + unconvertible if origin_of(m) not in known])

    def _known(self, topic: str) -> set[Origin]:
        if self._dead_letters is None or self._dead_letters[0] != topic:
            self._dead_letters = (topic, DeadLetterTopic(self._kafka, topic), set())
        _, dead_letters, known = self._dead_letters
        known.update(dead_letter.origin for dead_letter in dead_letters.read())
        return known


class _Work:
    """What one isolation needs of the connector's configuration."""

    def __init__(self, config: Mapping[str, str], task: int, allow: Callable[[int], None]) -> None:
        self.allow = allow
        self.config = dict(config)
        self.task = task
        self.dead_letter_topic = config.get("errors.deadletterqueue.topic.name", "")
        if not self.dead_letter_topic:
            raise UnsupportedError("there is no dead-letter topic to send a refused record to")
        if not topics_of(self.config):
            raise UnsupportedError("topics.regex is not understood here")
        if config.get("insert.mode", "insert") not in ("insert", "upsert"):
            raise UnsupportedError(f"insert.mode {config['insert.mode']} is not understood here")
        self.database: Database = from_config(config)
        self.reader = RowReader(config)
        self.upsert = Upsert(config, self.reader.key)
        polled = config.get("consumer.override.max.poll.records", str(DEFAULT_POLL_RECORDS))
        self.poll_records = int(polled)
        self.committed_only = reads_committed(config)

    def refused(self, refusal: Refusal) -> dict[str, Any]:
        return self._dead_letter(
            refusal.message,
            "TASK_PUT",
            self.config["connector.class"],
            f"{type(refusal.error).__module__}.{type(refusal.error).__name__}",
            refusal.reason,
            {
                "database.sqlstate": refusal.sqlstate,
                "database.constraint": refusal.error.diag.constraint_name or "",
                "database.column": refusal.error.diag.column_name or "",
            },
        )

    def unbindable(self, message: Message, error: ValueError) -> dict[str, Any]:
        step = self.config["connector.class"]
        return self._dead_letter(message, "TASK_PUT", step, "ValueError", str(error), {})

    def unconvertible(self, message: Message, error: RecordError) -> dict[str, Any]:
        name = "org.apache.kafka.connect.errors.DataException"
        return self._dead_letter(message, error.stage, error.step, name, error.reason, {})

    def _dead_letter(
        self, message: Message, stage: str, step: str, error: str, reason: str, more: dict[str, str]
    ) -> dict[str, Any]:
        context = {
            "connector.name": self.config.get("name", ""),
            "task.id": str(self.task),
            "stage": stage,
            "class.name": step,
            "exception.class.name": error,
            "exception.message": reason,
            "exception.stacktrace": f"{error}: {reason}\n\tat {FOUND_BY}",
            **more,
        }
        return dead_letter_message(self.dead_letter_topic, message, context)
