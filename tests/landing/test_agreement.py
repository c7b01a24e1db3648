"""What Python and the dbt macros both know is the same: definitions, feed lock, watermark."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from snowflake.connector.cursor import SnowflakeCursor

from dags.landing import feeds, files, ledger, snowflake
from dags.landing.feeds import FileFeed, StreamFeed
from dags.landing.land import land_files, land_stream
from dags.landing.macros import macros
from tests.landing.csv_files import good, settled
from tests.landing.processes import FORK

pytestmark = pytest.mark.services


def test_stage_and_columns_of_each_feed_are_read_alike(warehouse: Any) -> None:
    macros().run_operation("ensure_landing")
    recorded = dict(warehouse.query("select feed, definition from RAW.FEEDS"))
    assert recorded == {feed.name: feed.definition for feed in feeds.load()}


def test_a_landing_in_dbt_waits_for_a_ledger_that_python_is_writing(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    land_files(transactions, incoming)  # makes table and stage
    macros().parse()  # once, here: the child inherits it
    asks_for_lock = FORK.Event()

    def land() -> None:
        execute = SnowflakeCursor.execute

        def noted(cursor: Any, sql: str, *rest: Any, **more: Any) -> Any:
            if sql.lstrip().startswith("update RAW.FEEDS"):
                asks_for_lock.set()
            return execute(cursor, sql, *rest, **more)

        setattr(SnowflakeCursor, "execute", noted)  # noqa: B010
        macros().run_operation("land_files", feed=transactions.name, run="dbt")

    settled(incoming / "transactions_1.csv", good(5))
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(transactions, incoming, target, "python")
        landing = FORK.Process(target=land)
        with ledger.feed_lock(target, transactions, "python"):
            landing.start()
            assert asks_for_lock.wait(60)
            landing.join(2)
            assert landing.is_alive()
        landing.join()
    assert landing.exitcode == 0
    assert warehouse.count(transactions.table) == 5


def test_the_next_rows_land_after_rows_that_went_to_the_quarantine(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    """The highest transaction id is in the quarantine; both must take it for the watermark."""
    row = "insert into transactions_sink values (%s, 'u', %s, 'EUR', null, null, now())"
    for tx_id, amount in (("a", "1"), ("bad", "NaN"), ("b", "2")):
        sink.execute(row, [tx_id, amount])
        land_stream(stream)
    landed = warehouse.query(f"select tx_id from RAW.{stream.table} order by tx_id")
    assert landed == [("a",), ("b",)]
