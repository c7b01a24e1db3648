"""Raw tables follow the landing block: they gain columns, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dags.landing import files, macros, snowflake
from dags.landing.feeds import DBT_PROJECT, FileFeed, find
from dags.landing.land import land_files
from dags.landing.macros import MacroError
from tests.landing.csv_files import HEADER, good, row, settled

pytestmark = pytest.mark.services

LAST = '- {name: timestamp, data_type: timestamp_ntz(6), description: "When it happened, in UTC."}'
Change = Callable[..., FileFeed]


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

    def edit(*changes: tuple[str, str]) -> FileFeed:
        start = before.index("- name: transactions_batch_csv")
        block = before[start:]
        for old, new in changes:
            assert old in block
            block = block.replace(old, new, 1)
        sources.write_text(before[:start] + block)
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
            land_files(change((old, new)), incoming)
    assert warehouse.count(feed.table) == 5


def test_a_block_may_be_corrected_before_anything_has_landed(
    warehouse: Any, incoming: Path, change: Change
) -> None:
    settled(incoming / "transactions_1.csv", good(2))
    wrong = change(
        ("name: amount", "name: price"), ("currency, data_type: text", "currency, data_type: date")
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
