"""A file that changes while it is read is left for the next run, whatever was read of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dags.landing import files
from dags.landing.feeds import FileFeed
from dags.landing.fetching import fetched_ahead
from dags.landing.found import Found
from dags.landing.ledger import Known
from tests.landing.csv_files import good, settled


@pytest.fixture
def found(incoming: Path) -> Found:
    return Found.at(settled(incoming / "transactions_1.csv", good(5)), incoming)


def is_left(feed: FileFeed, found: Found, tmp_path: Path) -> bool:
    with fetched_ahead([found], tmp_path, feed.max_bytes) as fetched:
        return files._prepare(feed, found, fetched, tmp_path, Known(), "load") is None


def test_one_that_stays_as_it_is_is_taken(
    transactions: FileFeed, found: Found, tmp_path: Path
) -> None:
    assert not is_left(transactions, found, tmp_path)


def test_one_that_grows_for_ever_is_not_read_for_ever(
    transactions: FileFeed, found: Found, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """/dev/zero stands for a writer that is faster than the reader."""
    endless = replace(found, path=Path("/dev/zero"), folder=Path("/dev"))
    assert is_left(transactions, endless, tmp_path)
    assert "zero changed while it was read; left for the next run" in caplog.text


@pytest.mark.parametrize("content", [good(7), b"\xff\xfe not good", b""])
def test_one_that_was_replaced_is_not_judged_by_what_was_read(
    transactions: FileFeed, found: Found, tmp_path: Path, content: bytes
) -> None:
    other = settled(found.path.with_suffix(".new"), content)
    other.replace(found.path)
    assert is_left(transactions, found, tmp_path)


def test_one_that_was_deleted_is_named(
    transactions: FileFeed, found: Found, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found.path.unlink()
    assert is_left(transactions, found, tmp_path)
    assert "transactions_1.csv disappeared while it was read" in caplog.text
