"""Rows of files are in RAW or in the quarantine, once and with their values, or they are named."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audit import file_to_raw
from audit.workspace import workspace
from dags.landing import snowflake
from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from dags.landing.macros import MacroError
from dags.landing.reconcile import files
from dags.landing.reconcile.report import Hop
from tests.landing.csv_files import HEADER, row, settled

pytestmark = pytest.mark.services


def test_a_line_deleted_from_the_quarantine_is_named(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    _land(transactions, incoming, row(1), row(2, amount="much"), row(3))
    assert warehouse.ledger(transactions.name) == {"transactions_1.csv": ("loaded", 3, 2, 1)}

    assert _differences(transactions) == []
    warehouse.query("delete from RAW.QUARANTINE")
    assert _differences(transactions) == [("transactions_1.csv row 3",)]


def test_a_row_in_raw_and_in_the_quarantine_and_one_that_is_there_twice_are_named(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    table = transactions.raw_table
    _land(transactions, incoming, row(1), row(2, amount="much"), row(3))
    warehouse.query(f"update {table} set source_row = 3 where tx_id = 't3'")
    warehouse.query(f"insert into {table} select * from {table} where tx_id = 't1'")
    assert _differences(transactions) == [
        ("transactions_1.csv row 4",),
        ("transactions_1.csv row 2 (t1)",),
        ("transactions_1.csv row 3",),
    ]


def _differences(feed: FileFeed) -> list[tuple[str, ...]]:
    with closing(snowflake.connect_from_env()) as target:
        return [found.examples for found in files.compare(target, feed).differences]


def _land(feed: FileFeed, incoming: Path, *rows: str) -> None:
    _write(incoming / "transactions_1.csv", *rows)
    with pytest.raises(MacroError, match="rejected"):
        land_files(feed, incoming)


def _write(file: Path, *rows: str) -> None:
    settled(file, "\n".join([HEADER, *rows, ""]).encode())


def _other_values(feed: FileFeed, incoming: Path) -> Hop:
    """What the audit says about values."""
    hop = Hop(feed.name, "files -> RAW", "rows")
    with closing(snowflake.connect_from_env()) as target, workspace() as rows:
        file_to_raw.compare_values(rows, target, feed, incoming, hop, show_values=True)
    return hop


#: What senders write for the same values, and one row that is none.
ODD = [
    row(1, amount=" 1.5", timestamp="2026-01-31 10:00:00"),
    row(2, amount="12345678901234567890.12", merchant='""'),
    row(3, amount="much"),
    "",
    row(4, merchant="", category='"a\n""b"""', timestamp="2026-01-31T10:00:00.123456+00:00"),
]


def test_however_a_value_is_written_it_is_no_difference(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    for n, rows in enumerate([ODD, *([odd, row(9)] for odd in ODD)]):
        _write(incoming / f"transactions_{n}.csv", *rows)
    with pytest.raises(MacroError, match="rejected"):
        land_files(transactions, incoming)
    assert warehouse.count(transactions.table) == 11
    hop = _other_values(transactions, incoming)
    assert (hop.differences, hop.notes) == ([], [])


def test_values_of_a_plain_file_are_compared_without_a_copy_of_it(
    warehouse: Any, transactions: FileFeed, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _land(transactions, incoming, row(1), row(2, amount="much"), row(3, merchant=""), row(4))
    assert warehouse.count(transactions.table) == 3
    monkeypatch.delattr(file_to_raw, "prepare_file")
    hop = _other_values(transactions, incoming)
    assert (hop.differences, hop.notes) == ([], [])


def test_values_that_changed_places_are_named(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    _land(transactions, incoming, row(1, amount="1"), row(2), row(3, amount="much"), row(4))
    warehouse.query(
        f"update {transactions.raw_table} set amount = iff(tx_id = 't1', 1.5, 1)"
        " where tx_id in ('t1', 't4')"
    )
    [difference] = _other_values(transactions, incoming).differences
    table = transactions.raw_table
    assert difference.count == 2
    assert difference.examples == (
        f"transactions_1.csv row 2: amount is '1.000000' in the file and '1.500000' in {table}",
        f"transactions_1.csv row 5: amount is '1.500000' in the file and '1.000000' in {table}",
    )
