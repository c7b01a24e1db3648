"""How fast rows reach Postgres: our sink, a sink as most people configure it, a consumer by hand.

All three read the same topic, with 20 % repeated keys, into sink tables of the same kind (trigger
and indexes included). The rate is messages by the time from the first to the last row, so that
starting a connector does not count; runs of the three alternate. Needs a running Postgres, Kafka
and Connect, and uses STREAM_FORMAT; its topics, tables and connectors are removed at the end.

    python -m bench.sink --records 200000 --repeats 3
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import fastavro
import orjson
import psycopg
from confluent_kafka import Consumer

from bootstrap import settings

sys.path.insert(0, str(settings.ROOT / "connectors"))

from registrar.definition import Topic, load
from registrar.kafka import Kafka
from registrar.rest import Connect
from registrar.status import count
from registrar.stopping import stop_and_wait

TOPIC = "bench_sink"
CONNECTOR = settings.ROOT / "connectors" / "transactions_sink.yml"
CONTRACT = settings.ROOT / "producer" / "schemas" / "transaction.avsc"
COLUMNS = ["tx_id", "user_id", "amount", "currency", "merchant", "category", "timestamp"]
TYPES = ["text", "text", "numeric", "text", "text", "text", "timestamptz"]
PARTITIONS = 3
# What a hand-written consumer does best with, of 5k, 20k and 50k.
HAND_BATCH = 20_000
LIMIT_SECONDS = 300
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Load = Callable[[str, int], None]


def run(records: int = 200_000, repeats: int = 3) -> list[dict[str, Any]]:
    """Measure; rates are messages a second.

    Returns:
        Rows of what, comparison, ours_median, theirs_median, ratio, spread (range of the ratios of
        single rounds), n, bar
        (None where there is none).
    """
    settings.load_env()
    stack = _Stack()
    with stack.topic(records):
        loads = {
            "1 task": stack.ours(tasks=1),
            "3 tasks": stack.ours(tasks=3),
            "default": stack.by_default(),
            "hand": stack.by_hand(),
        }
        rates: dict[str, list[float]] = {name: [] for name in loads}
        for _ in range(repeats):
            for name, load_ in loads.items():
                rates[name].append(stack.rate(load_, records))
    return list(_rows(rates))


def _rows(rates: dict[str, list[float]]) -> Iterator[dict[str, Any]]:
    wire = settings.get("STREAM_FORMAT")
    comparisons = {
        "default": ("JDBC sink with default settings", 2.0),
        "hand": ("hand-written consumer, COPY + ON CONFLICT", 0.9),
    }
    for tasks in ("3 tasks", "1 task"):
        for other, (text, bar) in comparisons.items():
            ours, theirs = statistics.median(rates[tasks]), statistics.median(rates[other])
            ratios = [mine / their for mine, their in zip(rates[tasks], rates[other], strict=True)]
            yield {
                "what": f"sink, {wire}, {tasks}",
                "comparison": text,
                "ours_median": round(ours),
                "theirs_median": round(theirs),
                "ratio": round(ours / theirs, 2),
                "spread": f"{min(ratios):.2f}-{max(ratios):.2f}",
                "n": len(rates[tasks]),
                # The project's connector has three tasks; one is for comparison.
                "bar": bar if tasks == "3 tasks" else None,
            }


class _Stack:
    """The services, through the settings."""

    def __init__(self) -> None:
        self._connect = Connect(settings.get("CONNECT_URL"))
        self._kafka = Kafka(settings.get("KAFKA_BOOTSTRAP_SERVERS"))
        self._distinct = 0

    @contextmanager
    def topic(self, records: int) -> Iterator[None]:
        """The topic, filled by the project's own producer; gone afterwards."""
        self._kafka.create([Topic(TOPIC, PARTITIONS), Topic(f"{TOPIC}.dlq", 1)])
        try:
            missing = records - count(self._kafka, TOPIC)
            if missing > 0:
                _produce(missing)
            yield
        finally:
            self._kafka.delete([TOPIC, f"{TOPIC}.dlq"])

    def rate(self, load_: Load, records: int) -> float:
        """Messages a second of one load into a new table."""
        with self._sql() as connection:
            connection.execute(f"drop table if exists public.{TOPIC}")
            columns = [f'"{c}" {t}' for c, t in zip(COLUMNS, TYPES, strict=True)]
            places = ", ".join(["%s"] * len(columns))
            connection.execute(f"select pipeline.sink_table(%s, {places})", [TOPIC, *columns])
            connection.commit()
            connection.autocommit = True
            connection.execute("checkpoint")
            try:
                load_(TOPIC, records)
                return records / self._seconds(connection)
            finally:
                connection.execute(f"drop table public.{TOPIC}")

    def _seconds(self, connection: psycopg.Connection) -> float:
        """Duration of the load by the stamps of its transactions.

        A stamp is the start of a transaction, so the last one's duration is missing: the average
        of the others stands for it.
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

    def _sql(self) -> psycopg.Connection:
        return psycopg.connect(
            host=settings.get("POSTGRES_HOST"),
            port=settings.port("POSTGRES_PORT"),
            dbname=settings.get("POSTGRES_DB"),
            user="postgres",
            password=settings.get("POSTGRES_PASSWORD"),
        )

    def ours(self, tasks: int) -> Load:
        """The project's connector, as its file has it."""
        return self._connector({**_definition(), "tasks.max": str(tasks)})

    def by_default(self) -> Load:
        """Only what the sink must be told."""
        kept = ("connector.class", "connection.username", "connection.password", "insert.mode")
        config = _definition()
        url = config["connection.url"].partition("?")[0]
        needed = {
            key: value
            for key, value in config.items()
            if key in kept or key.startswith(("key.converter", "value.converter", "collection."))
        }
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

    def by_hand(self) -> Load:
        """What one writes oneself: consume, COPY into a temporary table, INSERT ON CONFLICT."""
        decode = _decoder()

        def load_(table: str, records: int) -> None:
            consumer = Consumer(
                {
                    "bootstrap.servers": settings.get("KAFKA_BOOTSTRAP_SERVERS"),
                    "group.id": f"bench-{time.time_ns()}",
                    "auto.offset.reset": "earliest",
                    "enable.auto.commit": False,
                    "fetch.min.bytes": 100_000,
                    "queued.min.messages": 200_000,
                }
            )
            consumer.subscribe([TOPIC])
            with self._sql() as connection:
                _copy_all(connection, consumer, decode, table, records)
            consumer.close()

        return load_


def _copy_all(
    connection: psycopg.Connection,
    consumer: Consumer,
    decode: Callable[[bytes], tuple[Any, ...]],
    table: str,
    records: int,
) -> None:
    names = ", ".join(f'"{column}"' for column in COLUMNS)
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in COLUMNS[1:])
    connection.execute(
        f"create temp table batch on commit delete rows as "
        f"select {names}, 0 as place from {table} where false"
    )
    connection.commit()
    left = records
    while left > 0:
        messages = consumer.consume(min(HAND_BATCH, left), timeout=5.0)
        with connection.cursor() as cursor:
            with cursor.copy(f"copy batch ({names}, place) from stdin") as copy:
                for place, message in enumerate(messages):
                    copy.write_row((*decode(message.value() or b""), place))
            cursor.execute(
                f"insert into {table} ({names}) "
                f"select distinct on (tx_id) {names} from batch order by tx_id, place desc "
                f"on conflict (tx_id) do update set {changes}"
            )
        connection.commit()
        consumer.commit(asynchronous=True)
        left -= len(messages)


def _decoder() -> Callable[[bytes], tuple[Any, ...]]:
    if settings.get("STREAM_FORMAT") == "json":
        return lambda value: tuple(orjson.loads(value).values())
    schema = fastavro.parse_schema(json.loads(CONTRACT.read_text()))

    def decode(value: bytes) -> tuple[Any, ...]:
        row: Any = fastavro.schemaless_reader(io.BytesIO(value[5:]), schema, None)
        moment = row["timestamp"]
        if isinstance(moment, int):
            moment = EPOCH + timedelta(microseconds=moment)
        return (*(row[column] for column in COLUMNS[:-1]), moment)

    return decode


def _definition() -> dict[str, str]:
    return {
        **load(CONNECTOR).config,
        "topics": TOPIC,
        "collection.name.format": f"public.{TOPIC}",
        "errors.deadletterqueue.topic.name": f"{TOPIC}.dlq",
    }


def _produce(messages: int) -> None:
    words = ["stream", "--count", str(messages), "--topic", TOPIC, "--seed", "1"]
    faults = ["--duplicates", "0.2", "--changed", "0.5"]
    subprocess.run(
        [sys.executable, "-m", "producer", *words, *faults],
        cwd=settings.ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def main() -> None:
    """Print the rows as JSON lines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    for row in run(options.records, options.repeats):
        print(json.dumps(row))


if __name__ == "__main__":
    main()
