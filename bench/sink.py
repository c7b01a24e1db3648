"""How fast rows reach Postgres: our sink, one as most people configure it, a handwritten consumer.

All three read the same topic, with 20 % repeated keys, into sink tables of the same kind (trigger
and indexes included), in JSON and in Avro. The rate is messages by the time from the first to the
last row, so that starting a connector does not count; runs of the three alternate, and the first
of each is not counted: a worker that has just started still compiles. Needs a running Postgres,
Kafka and Connect; its topics, tables and connectors are removed at the end.

    python -m bench.sink --records 200000 --repeats 5 --formats json
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

import settings
from bench.against import handwritten_consumer
from bench.timing import table_row
from bootstrap.postgres import provision
from connectors.registrar.definition import Topic, load_definition
from connectors.registrar.kafka import Kafka
from connectors.registrar.lint import rules
from connectors.registrar.records.reader import JSON, STRICT_JSON
from connectors.registrar.rest import Connect
from connectors.registrar.waiting import stop_and_wait
from settings import command_line

TOPIC = "bench_sink"
CONNECTOR = settings.ROOT / "connectors" / "transactions_sink.yml"
TYPES = ["text", "text", "numeric", "text", "text", "text", "timestamptz"]
PARTITIONS = 3
RECORDS = 400_000
REPEATS = 5
LIMIT_SECONDS = 300
FORMATS = ("json", "avro")

Load = Callable[[str, int], None]


def bench_rows(
    records: int = RECORDS, repeats: int = REPEATS, formats: Sequence[str] = FORMATS
) -> list[dict[str, Any]]:
    """Measure; rates are messages a second.

    Returns:
        Rows of what, comparison, ours_median, theirs_median, ratio, spread (range of the ratios of
        single rounds), n, bar (None where there is none).
    """
    settings.load_env()
    if "avro" in formats:
        _command("-m", "bootstrap", "up", "schema-registry")
    # The connector's file and the producer take the format from here.
    before = settings.get("STREAM_FORMAT")
    try:
        return [row for form in formats for row in _format(form, records, repeats)]
    finally:
        os.environ["STREAM_FORMAT"] = before


def _format(form: str, records: int, repeats: int) -> list[dict[str, Any]]:
    os.environ["STREAM_FORMAT"] = form
    stack = _Stack(form)
    with stack.topic(records):
        loads = {
            "1 task": stack.ours(tasks=1),
            "3 tasks": stack.ours(tasks=3),
            "default": stack.by_default(),
            "handwritten": stack.handwritten(),
        }
        rates: dict[str, list[float]] = {name: [] for name in loads}
        for number in range(1 + repeats):
            for name, load_ in loads.items():
                rate = stack.rate(load_, records)
                if number:
                    rates[name].append(rate)
    return list(_rows(form, rates))


def _rows(form: str, rates: dict[str, list[float]]) -> Iterator[dict[str, Any]]:
    comparisons = {
        "default": ("JDBC sink with default settings", 2.0),
        "handwritten": ("hand-written consumer, COPY + ON CONFLICT", 0.9),
    }
    for tasks in ("3 tasks", "1 task"):
        for other, (text, bar) in comparisons.items():
            pairs = list(zip(rates[tasks], rates[other], strict=True))
            # The project's connector has three tasks; one is for comparison.
            yield table_row(
                f"sink, {form}, {tasks}", text, pairs, bar if tasks == "3 tasks" else None
            )


class _Stack:
    """The services, through the settings."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._connect = Connect(settings.connect_url())
        self._kafka = Kafka(settings.kafka_client())
        self._distinct = 0

    @contextmanager
    def topic(self, records: int) -> Iterator[None]:
        """The topic, filled by the project's own producer; deleted afterwards."""
        self._kafka.create([Topic(TOPIC, PARTITIONS), Topic(f"{TOPIC}.dlq", 1)])
        try:
            missing = records - self._kafka.count(TOPIC)
            if missing > 0:
                _produce(missing)
            yield
        finally:
            self._kafka.delete([TOPIC, f"{TOPIC}.dlq"])

    def rate(self, load_: Load, records: int) -> float:
        """Messages a second of one load into a new table."""
        with provision.connect(settings.get("POSTGRES_DB")) as connection:
            connection.execute(f"drop table if exists public.{TOPIC}")
            columns = [
                f'"{c}" {t}' for c, t in zip(handwritten_consumer.COLUMNS, TYPES, strict=True)
            ]
            marks = ", ".join(["%s"] * len(columns))
            connection.execute(f"select pipeline.sink_table(%s, {marks})", [TOPIC, *columns])
            connection.execute("checkpoint")
            try:
                load_(TOPIC, records)
                return records / self._seconds(connection)
            finally:
                connection.execute(f"drop table public.{TOPIC}")

    def _seconds(self, connection: psycopg.Connection) -> float:
        """Duration of the load by the stamps of its transactions.

        A stamp is the start of a transaction, so the last one's duration is missing: the average
        of the others is taken for it.
        """
        found = connection.execute(
            f"""select extract(epoch from max(ingested_at) - min(ingested_at)),
            count(distinct ingested_at), count(*) from {TOPIC}"""
        ).fetchone()
        seconds, batches, distinct = found or (0, 0, 0)
        if self._distinct not in (0, distinct) or batches < 2:
            raise RuntimeError(f"{distinct} rows here, {self._distinct} in the load before")
        self._distinct = distinct
        return float(seconds) * batches / (batches - 1)

    def ours(self, tasks: int) -> Load:
        """The project's connector, as its file has it."""
        return self._connector({**_definition(), "tasks.max": str(tasks)})

    def by_default(self) -> Load:
        """Only what the sink cannot do without."""
        kept = ("connection.username", "connection.password", "insert.mode")
        config = _definition()
        url = config["connection.url"].partition("?")[0]
        needed = {
            key: value
            for key, value in config.items()
            if key in kept or key.startswith(("key.converter", "value.converter", "collection."))
        }
        needed["connector.class"] = rules.JDBC_SINK
        if needed["value.converter"] == STRICT_JSON:
            needed["value.converter"] = JSON
            needed["value.converter.schemas.enable"] = "true"
        key = {"primary.key.mode": "record_value", "primary.key.fields": "tx_id"}
        return self._connector({**needed, **key, "topics": TOPIC, "connection.url": url})

    def _connector(self, config: dict[str, str]) -> Load:
        def load_(name: str, records: int) -> None:
            self._connect.put_config(name, config)
            try:
                self._until_read(name, records)
                # Offsets start from the beginning next time.
                stop_and_wait(self._connect, name)
                self._connect.delete_offsets(name)
            finally:
                self._connect.delete(name)

        return load_

    def _until_read(self, name: str, records: int) -> None:
        deadline = time.monotonic() + LIMIT_SECONDS
        while sum(self._connect.offsets(name).values()) < records:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not end in {LIMIT_SECONDS} s")
            time.sleep(0.5)

    def handwritten(self) -> Load:
        """The consumer that people write themselves."""

        def load_(table: str, records: int) -> None:
            with provision.connect(settings.get("POSTGRES_DB")) as connection:
                handwritten_consumer.consume(connection, self._form, TOPIC, table, records)

        return load_


def _definition() -> dict[str, str]:
    return {
        **load_definition(CONNECTOR).config,
        "topics": TOPIC,
        "collection.name.format": f"public.{TOPIC}",
        "errors.deadletterqueue.topic.name": f"{TOPIC}.dlq",
    }


def _produce(messages: int) -> None:
    words = ["stream", "--count", str(messages), "--topic", TOPIC, "--seed", "1"]
    faults = ["--duplicates", "0.2", "--changed", "0.5"]
    _command("-m", "producer", *words, *faults)


def _command(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words], cwd=settings.ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:4])} failed: {done.stderr[-2000:]}")


def main() -> int:
    """Print the rows as JSON lines."""
    parser = command_line.Parser(prog="python -m bench.sink", description=__doc__)
    parser.add_version()
    parser.add_argument("--records", type=int, default=RECORDS, help="messages (%(default)s)")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="rounds (%(default)s)")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    options = parser.parse_args()

    def measure() -> int:
        for row in bench_rows(options.records, options.repeats, options.formats):
            print(json.dumps(row))
        return 0

    return command_line.run(measure)


if __name__ == "__main__":
    sys.exit(main())
