"""A consumer as people write it: COPY into a temporary table, INSERT ... ON CONFLICT."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import fastavro
import psycopg
from confluent_kafka import Consumer

import settings
from producer.contracts.contract import find_contract

CONTRACT = find_contract("transaction")
COLUMNS = CONTRACT.field_names
# Such a consumer is fastest with it, of 5k, 20k and 50k.
BATCH = 20_000
#: Seconds for a batch to fill, and without a record after which no more are expected.
BATCH_SECONDS, LIMIT_SECONDS = 5.0, 60.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Decode = Callable[[bytes], tuple[Any, ...]]


def consume(
    connection: psycopg.Connection, form: str, topic: str, table: str, records: int
) -> None:
    """Consume so many records of the topic into the table, from the topic's beginning.

    Raises:
        RuntimeError: Kafka reports an error, or sends fewer records.
    """
    connection.autocommit = False
    consumer = Consumer(
        {
            **settings.kafka_client(),
            "group.id": f"bench-{time.time_ns()}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.min.bytes": 100_000,
            "queued.min.messages": 200_000,
        }
    )
    consumer.subscribe([topic])
    try:
        _copy_all(connection, consumer, _decoder(form), table, records)
    finally:
        consumer.close()


def _copy_all(
    connection: psycopg.Connection, consumer: Consumer, decode: Decode, table: str, records: int
) -> None:
    names = ", ".join(f'"{column}"' for column in COLUMNS)
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in COLUMNS[1:])
    connection.execute(
        f"create temp table batch on commit delete rows as "
        f"select {names}, 0 as position from {table} where false"
    )
    connection.commit()
    left, deadline = records, time.monotonic() + LIMIT_SECONDS
    while left > 0:
        messages = consumer.consume(min(BATCH, left), timeout=BATCH_SECONDS)
        if errors := [str(message.error()) for message in messages if message.error()]:
            raise RuntimeError(f"{table}: {errors[0]}")
        if messages:
            deadline = time.monotonic() + LIMIT_SECONDS
        elif time.monotonic() > deadline:
            raise RuntimeError(f"{table}: Kafka sent no more records, and {left} are missing")
        with connection.cursor() as cursor:
            with cursor.copy(f"copy batch ({names}, position) from stdin") as copy:
                for position, message in enumerate(messages):
                    copy.write_row((*decode(message.value() or b""), position))
            cursor.execute(
                f"insert into {table} ({names}) "
                f"select distinct on (tx_id) {names} from batch order by tx_id, position desc "
                f"on conflict (tx_id) do update set {changes}"
            )
        connection.commit()
        consumer.commit(asynchronous=True)
        left -= len(messages)


def _decoder(form: str) -> Decode:
    if form == "json":
        # Numbers as they are written: faster libraries make floats of them, which lose digits.
        return lambda value: tuple(json.loads(value, parse_float=str).values())
    schema = fastavro.parse_schema(CONTRACT.schema)

    def decode(value: bytes) -> tuple[Any, ...]:
        row: Any = fastavro.schemaless_reader(io.BytesIO(value[5:]), schema, None)
        timestamp = row["timestamp"]
        if isinstance(timestamp, int):
            timestamp = EPOCH + timedelta(microseconds=timestamp)
        return (*(row[column] for column in COLUMNS[:-1]), timestamp)

    return decode
