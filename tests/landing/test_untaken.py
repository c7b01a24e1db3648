"""A file that no feed takes is named, with what may be wrong with its name."""

from __future__ import annotations

import os
from pathlib import Path

from dags.landing import feeds
from dags.landing.untaken import untaken


def test_whatever_no_feed_takes_is_named_with_the_fix(tmp_path: Path) -> None:
    for name in (
        *("transactions_2026_10.csv", "transactions_2026_10.csv.gz", "user_registrations_x.csv"),
        *(".hidden", "~$transactions_1.xlsx", "transactions_2.csv.part", "a.tmp", ".DS_Store"),
        *("TRANSACTIONS_2026_11.CSV", "transactions_2026_11.txt", "transaction_2026_11.csv"),
    ):
        (tmp_path / name).write_text("x")
    (tmp_path / "november").mkdir()
    (tmp_path / "transactions_link.csv").symlink_to(tmp_path / "a.tmp")
    os.mkfifo(tmp_path / "transactions_pipe.csv")
    assert untaken(tmp_path, feeds.load()) == [
        "TRANSACTIONS_2026_11.CSV: no feed takes it; transactions_*.csv has other capitals",
        "november: no feed takes a folder; put the files themselves there",
        "transaction_2026_11.csv: no feed takes it; the nearest is transactions_*.csv",
        "transactions_2026_11.txt: no feed takes it; transactions_*.csv wants .csv: save it so",
        "transactions_link.csv: no feed takes a symbolic link; put the files themselves there",
        "transactions_pipe.csv: no feed takes a pipe or device; put the files themselves there",
    ]
