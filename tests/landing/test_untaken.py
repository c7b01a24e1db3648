"""A file that no feed takes is named, with what may be wrong with its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dags.landing import feeds
from dags.landing.feeds import FileFeed
from dags.landing.files import matching
from dags.landing.no_link import open_no_link
from dags.landing.untaken import untaken


@pytest.fixture(autouse=True)
def only_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INCOMING_IGNORED", raising=False)


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
    block = "set `ignore_case: true` in the block of transactions_batch_csv"
    case = f"transactions_*.csv takes lower case only: {block}"
    assert [*map(str, untaken(tmp_path, None, feeds.load()))] == [
        "TRANSACTIONS_2026_11.CSV: no feed takes it; " + case,
        "november: no feed takes a folder; put the files themselves there",
        "transaction_2026_11.csv: no feed takes it; the nearest is transactions_*.csv",
        "transactions_2026_11.txt: no feed takes it; transactions_*.csv wants .csv: save it so",
        "transactions_link.csv: no feed takes a symbolic link; put the files themselves there",
        "transactions_pipe.csv: no feed takes a pipe or device; put the files themselves there",
    ]


def test_capitals_do_not_matter_where_the_block_says_so(tmp_path: Path) -> None:
    feed = feeds.find("transactions_batch_csv")
    assert isinstance(feed, FileFeed)
    names = ("TRANSACTIONS_11.CSV", "Transactions_12.csv.GZ", "transactions_1.csv")
    for name in names:
        (tmp_path / name).write_text("x")
    any_case = replace(feed, ignore_case=True)
    assert [found.name for found in matching(feed, tmp_path)] == ["transactions_1.csv"]
    assert [found.name for found in matching(any_case, tmp_path)] == sorted(names)
    assert not [*untaken(tmp_path, None, [any_case])]


def test_what_is_left_out_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("transactions_1.csv", "transactions_OLD.csv", ".transactions_1.csv"):
        (tmp_path / name).write_text("x")
    monkeypatch.setenv("INCOMING_IGNORED", ".* *_old.csv")
    feed = feeds.find("transactions_batch_csv")
    assert isinstance(feed, FileFeed)
    assert [found.name for found in matching(feed, tmp_path)] == ["transactions_1.csv"]
    assert not [*untaken(tmp_path, None, feeds.load())]


def test_folders_that_a_feed_names_are_looked_into_and_links_to_folders_are_not(
    tmp_path: Path,
) -> None:
    feed = feeds.find("transactions_batch_csv")
    assert isinstance(feed, FileFeed)
    cards = replace(feed, pattern="cards/*/c_*.csv")
    below = replace(feed, pattern="**/deep_*.csv")
    for name in (
        *(
            "cards/eu/c_1.csv",
            "cards/us/c_1.csv.gz",
            "cards/c_2.csv",
            "cards/eu/c_3.txt",
            "c_4.csv",
        ),
        *("deep_1.csv", "x/y/deep_2.csv", "x/.hidden/deep_3.csv", "elsewhere/deep_4.csv"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "elsewhere").rename(tmp_path.parent / "elsewhere")
    (tmp_path / "cards" / "link").symlink_to(tmp_path.parent / "elsewhere")
    taken = [found.name for found in matching(cards, tmp_path)]
    assert taken == ["cards/eu/c_1.csv", "cards/us/c_1.csv.gz"]
    assert [found.name for found in matching(below, tmp_path)] == ["deep_1.csv", "x/y/deep_2.csv"]
    link = "cards/link: no feed takes a symbolic link; put the files themselves there"
    elsewhere = "no feed takes it; cards/*/c_*.csv takes it in another folder: move it"
    assert [*map(str, untaken(tmp_path, None, [cards, below]))] == [
        f"c_4.csv: {elsewhere}",
        f"cards/c_2.csv: {elsewhere}",
        "cards/eu/c_3.txt: no feed takes it; cards/*/c_*.csv wants .csv: save it so",
        link,
    ]
    assert [*map(str, untaken(tmp_path, None, [cards]))][-2:] == [
        "deep_1.csv: no feed takes it; the nearest is cards/*/c_*.csv",
        "x: no feed takes a folder; put the files themselves there",
    ]


def test_a_folder_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    incoming, secret = tmp_path / "incoming", tmp_path / "secret"
    for folder in (incoming / "cards", secret):
        folder.mkdir(parents=True)
        (folder / "c.csv").write_text(folder.name)
    with open(incoming / "cards" / "c.csv", opener=open_no_link) as file:
        assert file.read() == "cards"
    (incoming / "cards").rename(incoming / "moved")
    (incoming / "cards").symlink_to(secret)
    with (
        pytest.raises(NotADirectoryError),
        open(incoming / "cards" / "c.csv", opener=open_no_link),
    ):
        pass


def test_a_folder_that_may_not_be_read_is_named_and_keeps_no_other_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("closed/t.csv", "open/t.csv"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("x")
    readable = Path.iterdir

    def iterdir(folder: Path) -> Iterator[Path]:
        if folder.name == "closed":
            raise PermissionError
        return readable(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    feed = feeds.find("transactions_batch_csv")
    assert isinstance(feed, FileFeed)
    below = replace(feed, pattern="*/t.csv")
    assert [found.name for found in matching(below, tmp_path)] == ["open/t.csv"]
    reason = "closed: it may not be read by this user; change its permissions"
    assert [*map(str, untaken(tmp_path, None, [below]))] == [reason]
