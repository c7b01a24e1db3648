"""What a run has landed counts by what was committed, and a corrected file ends its complaint."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dags.landing import files, snowflake
from dags.landing.feeds import FileFeed
from dags.landing.macros import MacroError, macros
from dags.landing.raw_objects import landed_by
from tests.landing.csv_files import HEADER, good, row, settled

pytestmark = pytest.mark.services


def stage(feed: FileFeed, folder: Path, run: str) -> None:
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(feed, folder, target, run)


def has_landed(feed: FileFeed, run: str) -> bool:
    with closing(snowflake.connect_from_env()) as target:
        return landed_by(target, feed, run) is not None


def test_rows_beside_a_refused_file_have_landed_and_its_correction_ends_the_complaint(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / "transactions_2026_01.csv", good(3))
    settled(incoming / "transactions_2026_02.csv", b"not,a,header\n1,2,3\n")
    stage(transactions, incoming, "first")
    with pytest.raises(MacroError, match=r"transactions_2026_02\.csv was refused"):
        macros().run_operation("land_files", feed=transactions.name, run="first")
    assert has_landed(transactions, "first")
    assert not has_landed(transactions, "second")

    settled(incoming / "transactions_2026_02.csv", f"{HEADER}\n{row(9)}\n".encode())
    stage(transactions, incoming, "second")
    macros().run_operation("land_files", feed=transactions.name, run="second")
    macros().run_operation("land_files", feed=transactions.name, run="first")
    assert warehouse.count("TRANSACTIONS_BATCH_CSV") == 4


def test_rows_in_the_quarantine_have_not_landed(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / "transactions_2026_01.csv", f"{HEADER}\n{row(1, amount='x')}\n".encode())
    stage(transactions, incoming, "run")
    with pytest.raises(MacroError, match="1 of 1 rows rejected"):
        macros().run_operation("land_files", feed=transactions.name, run="run")
    assert warehouse.count("QUARANTINE") == 1
    assert not has_landed(transactions, "run")
