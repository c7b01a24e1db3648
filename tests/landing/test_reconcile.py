"""Rows of files that were in RAW or in the quarantine, and are in neither, are named."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dags.landing import snowflake
from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from dags.landing.macros import MacroError
from dags.landing.reconcile import files
from tests.landing.csv_files import HEADER, row, settled

pytestmark = pytest.mark.services


def test_a_line_deleted_from_the_quarantine_is_named(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    lines = [HEADER, row(1), row(2, amount="much"), row(3), ""]
    settled(incoming / "transactions_1.csv", "\n".join(lines).encode())
    with pytest.raises(MacroError, match="rejected"):
        land_files(transactions, incoming)
    assert warehouse.ledger(transactions.name) == {"transactions_1.csv": ("loaded", 3, 2, 1)}

    def differences() -> list[tuple[str, ...]]:
        with closing(snowflake.connect_from_env()) as target:
            return [found.examples for found in files.compare(target, transactions).differences]

    assert differences() == []
    warehouse.query("delete from RAW.QUARANTINE")
    assert differences() == [("transactions_1.csv row 3",)]
