"""Raw tables follow the landing block: they gain columns, and nothing else."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from audit import relation_to_raw
from audit.workspace import workspace
from dags.landing import files, postgres, snowflake
from dags.landing.feeds import FileFeed, StreamFeed
from dags.landing.land import land_files, land_stream
from dags.landing.macros import MacroError
from tests.landing.conftest import Change
from tests.landing.csv_files import HEADER, good, row, settled

pytestmark = pytest.mark.services

LAST = '- {name: timestamp, data_type: timestamp_ntz(6), description: "When it happened, in UTC."}'


def test_raw_tables_gain_columns_and_change_in_no_other_way(
    warehouse: Any, transactions: FileFeed, incoming: Path, change: Change
) -> None:
    settled(incoming / "transactions_1.csv", good(2))
    land_files(transactions, incoming)

    note = "- {name: note, data_type: text, description: A remark.}"
    feed = change((LAST, f"{LAST}\n          {note}"))
    content = f"{HEADER},note\n{row(3)},hello\n".encode()
    settled(incoming / "transactions_2.csv", content)
    land_files(feed, incoming)
    notes = warehouse.query(f"select note from RAW.{feed.table} order by ingested_at, source_row")
    assert notes == [(None,), (None,), ("hello",)]

    with closing(snowflake.connect_from_env()) as target:
        settled(incoming / "transactions_3.csv", content + f"{row(4)},x\n".encode())
        files.stage_new_files(feed, incoming, target, "r")
    stage = f"stage: {feed.stage}"
    with pytest.raises(MacroError, match=r"1 files wait on the stage .* land them with"):
        land_files(change((stage, "stage: OTHER"), (LAST, f"{LAST}\n          {note}")), incoming)
    land_files(change((LAST, f"{LAST}\n          {note}")), incoming)

    amount = '{name: amount, data_type: "number(38,6)"'
    for old, new in ((amount, "{name: amount, data_type: text"), (LAST, "")):
        with pytest.raises(MacroError, match=r"was removed or changed.*only gain columns: put it"):
            land_files(change((old, new), ("required: *filled", "required: [amount]")), incoming)
    assert warehouse.count(feed.table) == 5


def test_a_block_may_be_corrected_before_anything_has_landed(
    warehouse: Any, incoming: Path, change: Change
) -> None:
    settled(incoming / "transactions_1.csv", good(2))
    wrong = change(
        ("required: *filled", "required: [price]"),
        ("name: amount", "name: price"),
        ("currency, data_type: text", "currency, data_type: date"),
    )
    with pytest.raises(MacroError, match="was refused: wrong header: price missing"):
        land_files(wrong, incoming)
    feed = change()
    assert land_files(feed, incoming).staged == 1
    assert warehouse.query(f"select amount, currency from RAW.{feed.table} limit 1") == [
        (Decimal("1.5"), "EUR")
    ]
    [(definition,)] = warehouse.query("select definition from RAW.FEEDS where feed = %s", feed.name)
    assert definition == feed.definition


def test_rows_that_landed_before_a_column_was_added_are_no_difference(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    insert = (
        'insert into transactions_sink (tx_id, user_id, amount, currency, "timestamp", merchant)'
        " values (%s, 'u', 1, 'EUR', now(), 'm')"
    )
    sink.execute(insert, ["old"])
    land_stream(stream)
    table = stream.raw_table
    # As an older block had it, when the column was only in Postgres.
    warehouse.query(f"alter table {table} drop column merchant")
    warehouse.query("update RAW.FEEDS set definition = 'older' where feed = %s", stream.name)
    sink.execute(insert, ["new"])
    land_stream(stream)
    assert warehouse.query(f"select tx_id, merchant from {table} order by tx_id") == [
        ("new", "m"),
        ("old", None),
    ]

    def differences() -> list[str]:
        with workspace() as rows, closing(snowflake.connect_from_env()) as target:
            hop = relation_to_raw.compare(
                rows, postgres.connect_from_env, target, stream, show_values=True
            )
        return [example for found in hop.differences for example in found.examples]

    assert differences() == []
    warehouse.query(f"update {table} set merchant = null where tx_id = 'new'")
    [named] = differences()
    assert named == f"new: merchant is 'm' in {stream.relation} and null in {table}"
