"""What a person should look at is said where it is looked for, and keeps nothing from landing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bootstrap import flow
from dags.landing import checks, feeds, snowflake
from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from tests.landing.csv_files import good, settled

pytestmark = pytest.mark.services


def test_a_file_of_unusual_length_lands_and_is_told_until_the_next_files(
    warehouse: Any,
    transactions: FileFeed,
    incoming: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    within_30 = replace(transactions, rows_within=0.3)
    monkeypatch.setattr(feeds, "load", lambda: [within_30])

    def landed(*sizes: int) -> list[str]:
        """Files of these many rows, in one run; the names of those that are told."""
        for rows in sizes:
            settled(incoming / f"transactions_{rows:03}.csv", good(rows))
        return [notice.text.split(" has ")[0] for notice in land_files(within_30, incoming).notices]

    assert not landed(90, 100), "there is nothing to compare them with"
    assert not landed(1), "two files say nothing"
    assert not landed(110), "the median of three is 90"
    assert landed(66, 67, 123, 124) == ["transactions_066.csv", "transactions_124.csv"]
    said = "has 66 rows; 67 to 123 are usual, by the last 4 files. It lands"
    assert said in caplog.text
    assert {notice["kind"] for notice in flow.notices()} == {"unusual"}
    caplog.clear()
    with closing(snowflake.connect_from_env()) as target:
        assert not [*checks._snowflake_faults(lambda: target, [within_30])]
    assert said in caplog.text
    assert warehouse.ledger(transactions.name)["transactions_124.csv"] == ("loaded", 124, 124, 0)
    assert not landed(95)
    assert not flow.notices()
