"""No file that landings have met is forgotten: it is counted, and its lost line is noticed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audit.files_met import compare_lines
from bootstrap import flow
from dags.landing import snowflake
from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from dags.landing.macros import MacroError
from dags.landing.reconcile.report import Hop
from tests.landing.csv_files import good, settled

pytestmark = pytest.mark.services

BAD = "transactions_bad.csv"


def test_a_refused_file_is_counted_until_it_is_corrected(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / "transactions_1.csv", good(3))
    settled(incoming / "TRANSACTIONS_2.CSV", good(4))
    settled(incoming / BAD, b"no,header\n")
    with pytest.raises(MacroError, match="was refused"):
        land_files(transactions, incoming)
    with closing(snowflake.connect_from_env()) as target:
        counts = flow._files(transactions, target)
        assert counts
        assert (counts.files, counts.refused) == (2, 1)
        settled(incoming / BAD, good(5))
        land_files(transactions, incoming)
        counts = flow._files(transactions, target)
        assert counts
        assert (counts.files, counts.refused) == (2, 0)


def test_the_lost_line_of_a_refused_file_is_noticed(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    def compared() -> Hop:
        hop = Hop("files", "folder -> ledger", "files")
        with closing(snowflake.connect_from_env()) as target:
            compare_lines(target, transactions, incoming, hop)
        return hop

    settled(incoming / "transactions_1.csv", good(3))
    settled(incoming / BAD, b"no,header\n")
    with pytest.raises(MacroError, match="was refused"):
        land_files(transactions, incoming)
    assert not compared().differences
    assert not compared().notes
    warehouse.query("delete from RAW.LANDED_FILES where state = 'refused'")
    assert not compared().differences, "it may have come just now"
    assert "1 files" in compared().notes[0]
    warehouse.query("update RAW.LANDED_FILES set staged_at = dateadd(hour, 2, staged_at)")
    assert [d.examples for d in compared().differences] == [(BAD,)]
