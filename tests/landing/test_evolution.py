"""Raw tables follow the landing block: they gain columns, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from landing import macros
from landing.feeds import DBT_PROJECT, FileFeed, find
from landing.land import land_files
from landing.macros import MacroError

from tests.landing.csv_files import HEADER, good, row, settled

pytestmark = pytest.mark.services

LAST = '- {name: timestamp, data_type: timestamp_ntz(6), description: "When it happened, in UTC."}'
Change = Callable[[str, str], FileFeed]


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    """Edits the block of a file feed, in a copy of the project."""
    project = tmp_path / "project"
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(DBT_PROJECT, project, ignore=ignored)
    sources = project / "models" / "sources" / "raw.yml"
    before = sources.read_text()
    words = [word.replace(str(DBT_PROJECT), str(project)) for word in macros._PROJECT]
    monkeypatch.setattr(macros, "_PROJECT", words)

    def edit(old: str, new: str) -> FileFeed:
        start = before.index("- name: transactions_batch_csv")
        assert old in before[start:]
        sources.write_text(before[:start] + before[start:].replace(old, new, 1))
        macros.macros.cache_clear()
        feed = find("transactions_batch_csv", sources.parent)
        assert isinstance(feed, FileFeed)
        return feed

    yield edit
    macros.macros.cache_clear()


def test_raw_tables_gain_columns_and_change_in_no_other_way(
    warehouse: Any, transactions: FileFeed, incoming: Path, change: Change
) -> None:
    settled(incoming / "transactions_1.csv", good(2))
    land_files(transactions, incoming)

    note = "- {name: note, data_type: text, description: A remark.}"
    feed = change(LAST, f"{LAST}\n          {note}")
    content = f"{HEADER},note\n{row(3)},hello\n".encode()
    settled(incoming / "transactions_2.csv", content)
    land_files(feed, incoming)
    notes = warehouse.query(f"select note from RAW.{feed.table} order by ingested_at, source_row")
    assert notes == [(None,), (None,), ("hello",)]

    amount = '{name: amount, data_type: "number(38,6)"'
    for old, new in ((amount, "{name: amount, data_type: text"), (LAST, "")):
        with pytest.raises(MacroError, match=r"was removed or changed.*only gain columns: put it"):
            land_files(change(old, new), incoming)
    assert warehouse.count(feed.table) == 3
