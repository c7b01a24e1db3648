"""What a person should look at is said where it is looked for, and keeps nothing from landing."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bootstrap import flow
from dags.landing import checks, feeds, snowflake
from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from dags.landing.late import late
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


def test_a_month_without_its_file_is_told_and_a_late_one_is_not_the_next(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    monthly = replace(transactions, due="0 18 5 * *")  # 11:00 UTC

    def is_late(now: str, feed: FileFeed = monthly) -> bool:
        with closing(snowflake.connect_from_env()) as target:
            return bool([*late(target, feed, datetime.fromisoformat(now).replace(tzinfo=UTC))])

    def came(name: str, at: str) -> None:
        warehouse.query(
            "insert into RAW.LANDED_FILES (feed, source_file, content_key, state, staged_at)"
            " values (%s, %s, %s, 'loaded', %s)",
            *(monthly.name, name, at, at),
        )

    land_files(replace(monthly, due=None), incoming)  # makes the ledger
    assert is_late("2026-10-06"), "none has ever come"
    came("transactions_09.csv", "2026-10-04 08:00")
    assert not is_late("2026-11-05T11:29"), "runs of the landing may still be taking it"
    assert is_late("2026-11-05T11:31")
    came("transactions_10.csv", "2026-11-10 08:00")
    assert not is_late("2026-11-11")
    came("transactions_10.csv", "2026-12-04 08:00")
    assert is_late("2026-12-06"), "neither a late file nor a corrected one is December's"
    assert not is_late("2026-12-06", replace(monthly, pattern="transactions.csv"))


def test_a_late_feed_is_told_with_what_to_do(
    warehouse: Any,
    transactions: FileFeed,
    incoming: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(feeds, "load", lambda: [replace(transactions, due="0 0 * * *")])
    [notice] = land_files(feeds.load()[0], incoming).notices  # type: ignore[arg-type]
    assert str(notice) in caplog.text
    assert notice.text.startswith("a new file transactions_*.csv was due at ")
    assert "Ask its sender" in notice.text
    assert flow.notices() == [{"feed": notice.feed, "kind": "late", "text": notice.text}]


def test_a_file_that_is_written_to_for_hours_is_told_until_it_lands(
    warehouse: Any,
    transactions: FileFeed,
    incoming: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeds, "load", lambda: [transactions])
    growing = incoming / "transactions_1.csv"
    growing.write_bytes(good(2))

    def grow(_: float) -> None:
        with growing.open("ab") as file:
            file.write(b"t9,u1,1,EUR,,,2026-01-31\n")

    def told() -> list[str]:
        kinds = {notice.kind for notice in land_files(transactions, incoming).notices}
        return sorted(kinds - {"late"})

    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", grow)
        assert not told()
        assert not told()
        hours_ago = "update RAW.LANDED_FILES set staged_at = dateadd(hour, -3, staged_at)"
        warehouse.query(hours_ago)
        assert told() == ["unsettled"]
    [notice] = [notice for notice in flow.notices() if notice["kind"] == "unsettled"]
    assert "transactions_1.csv has been written to for more than 2 h" in notice["text"]
    settled(growing, good(5))
    assert not told()
    states = "select state from RAW.LANDED_FILES order by staged_at"
    assert warehouse.query(states) == [("retried",), ("loaded",)]
