"""A landing that is killed at any step, and the run after it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from snowflake.connector.cursor import SnowflakeCursor

from dags.landing import snowflake
from dags.landing.feeds import FileFeed, StreamFeed
from dags.landing.land import land_files, land_stream
from dags.landing.macros import macros
from tests.landing.csv_files import good, settled

pytestmark = pytest.mark.services

FILE = "transactions_2026_01.csv"
SLOW = pytest.mark.slow
ROW = "insert into transactions_sink values ('a', 'u', 1, 'EUR', null, null, now())"


def killed_at(when: str, statement: str, work: Callable[[], object]) -> bool:
    """Whether a process doing this work died before or after a statement that begins so."""
    macros().parse()  # once, here: the child inherits it
    child = os.fork()
    if child == 0:
        execute = SnowflakeCursor.execute

        def until_then(cursor: Any, sql: str, *rest: Any, **more: Any) -> Any:
            is_it = sql.lstrip().lower().startswith(statement)
            if is_it and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            done = execute(cursor, sql, *rest, **more)
            if is_it:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        setattr(SnowflakeCursor, "execute", until_then)  # noqa: B010
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize(
    ("when", "statement"),
    [
        pytest.param("before", "put", marks=SLOW),
        ("after", "put"),
        pytest.param("after", "insert into raw.landed_files", marks=SLOW),
        pytest.param("after", "copy into", marks=SLOW),
        pytest.param("after", "insert into raw.transactions_batch_csv", marks=SLOW),
        pytest.param("after", "merge into raw.landed_files", marks=SLOW),
        ("before", "commit"),
        pytest.param("after", "commit", marks=SLOW),
    ],
)
def test_a_file_lands_once_whenever_the_run_before_was_killed(
    warehouse: Any, transactions: FileFeed, incoming: Path, when: str, statement: str
) -> None:
    land_files(transactions, incoming)  # makes table and stage
    settled(incoming / FILE, good(5))
    assert killed_at(when, statement, lambda: land_files(transactions, incoming))
    land_files(transactions, incoming)
    assert warehouse.ledger(transactions.name) == {FILE: ("loaded", 5, 5, 0)}
    found = f"select count(*), count(distinct source_row) from RAW.{transactions.table}"
    assert warehouse.query(found) == [(5, 5)]
    assert warehouse.query("select count(*) from RAW.LANDED_FILES") == [(1,)]


@pytest.mark.parametrize(
    ("when", "statement"),
    [
        pytest.param("after", "put", marks=SLOW),
        pytest.param("after", "copy into", marks=SLOW),
        ("before", "commit"),
        pytest.param("after", "commit", marks=SLOW),
    ],
)
def test_rows_of_postgres_land_once_whenever_the_run_before_was_killed(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed, when: str, statement: str
) -> None:
    land_stream(stream)
    sink.execute(ROW)
    assert killed_at(when, statement, lambda: land_stream(stream))
    land_stream(stream)
    assert warehouse.query(f"select tx_id from RAW.{stream.table}") == [("a",)]


def test_what_killed_runs_left_on_the_stage_is_gone_a_day_later(
    warehouse: Any, transactions: FileFeed, incoming: Path, tmp_path: Path
) -> None:
    land_files(transactions, incoming)
    part = tmp_path / "part.csv.gz"
    part.write_bytes(b"left over")
    now = datetime.now(UTC)
    stage = f"@RAW.{transactions.stage}"
    with closing(snowflake.connect_from_env()) as target:
        for age in (timedelta(hours=1), timedelta(days=2)):
            run = f"{now - age:%Y%m%dT%H%M%SZ}-0a1b2c3d"
            snowflake.put(target, part, f"{stage}/{run}/good/")
    settled(incoming / FILE, good(5))
    land_files(transactions, incoming)
    left = [row[0].split("/")[1] for row in warehouse.query(f"list {stage}")]
    assert left == [f"{now - timedelta(hours=1):%Y%m%dT%H%M%SZ}-0a1b2c3d"]
