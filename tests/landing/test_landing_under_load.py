"""Rows land exactly once while others write, and while landings are killed.

The fault: eight writers upsert the same keys and hold their transactions open for random times
before they commit or roll back, while landings run in a loop; in the second test each landing is
killed (-9) at a random moment. The promise: every row that is in Postgres at the end is in RAW, no
version is there twice, and nothing is there that was not committed.

LANDING_TEST_SECONDS sets how long it goes on (60 for a real soak).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bootstrap.postgres import provision
from dags.landing.feeds import StreamFeed
from dags.landing.land import land_stream

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]

SECONDS = float(os.environ.get("LANDING_TEST_SECONDS", "5"))
WRITERS, KEYS = 8, 40
ROOT = Path(__file__).resolve().parent.parent.parent

#: A version of a row: its key and the transaction that wrote it.
Version = tuple[str, int]

UPSERT = """
insert into transactions_sink values (%s, 'u', %s, 'EUR', null, null, now())
on conflict (tx_id) do update set amount = excluded.amount
returning tx_id, ingest_xid::text::bigint
"""


def write(seed: int, stop: threading.Event) -> set[Version]:
    """Upsert random keys in transactions of random length; the versions that were committed."""
    chance = random.Random(seed)
    committed: set[Version] = set()
    with provision.connect(os.environ["POSTGRES_DB"]) as connection:
        while not stop.is_set():
            keys = sorted(chance.sample(range(KEYS), chance.randint(1, 5)))
            try:
                with connection.transaction():
                    written = [
                        connection.execute(UPSERT, [f"t{key}", chance.randint(1, 9)]).fetchone()
                        for key in keys
                    ]
                    stop.wait(chance.expovariate(8))
                    if chance.random() < 0.1:
                        raise psycopg.Rollback
                    committed |= {version for version in written if version}
            except psycopg.errors.SerializationFailure:
                continue
    return committed


def loop(feed: StreamFeed, kill: bool) -> tuple[int, int]:
    """Landings, and how many of them were killed."""
    script = Path(__file__).with_name("landing_loop.py")
    done = subprocess.run(
        [sys.executable, str(script), feed.name, str(SECONDS), str(int(kill)), "7"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    landings, killed = done.stdout.split()[-2:]
    return int(landings), int(killed)


@pytest.mark.parametrize("kill", [False, True], ids=["landing in a loop", "landing killed"])
@pytest.mark.slow
def test_every_committed_row_lands_once(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed, kill: bool
) -> None:
    land_stream(stream)
    stop = threading.Event()
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, seed, stop) for seed in range(WRITERS)]
        try:
            landings, killed = loop(stream, kill)
        finally:
            stop.set()
        committed = set().union(*(writer.result() for writer in writers))
    while land_stream(stream):
        pass

    raw = Counter(
        (tx_id, int(xid))
        for tx_id, xid in warehouse.query(f"select tx_id, ingest_xid from RAW.{stream.table}")
    )
    in_postgres = set(
        sink.execute("select tx_id, ingest_xid::text::bigint from transactions_sink").fetchall()
    )
    assert [version for version, times in raw.items() if times > 1] == []
    assert in_postgres - set(raw) == set()
    assert set(raw) - committed == set()
    amounts = "select tx_id, amount from transactions_sink"
    latest = (
        f"select tx_id, amount from RAW.{stream.table}"
        " qualify row_number() over (partition by tx_id order by ingest_xid desc) = 1"
    )
    assert dict(warehouse.query(latest)) == dict(sink.execute(amounts).fetchall())
    assert landings > 1
    assert bool(killed) == kill
    print(f"{landings} landings, {killed} killed, {len(committed)} versions, {len(raw)} in RAW")
