"""Monthly files: the same bytes for a seed, and only the breakage that was asked for."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from producer.cli import main
from producer.errors import UsageError
from producer.users import read_registrations

ROOT = Path(__file__).resolve().parent.parent.parent
MONTHS = ("2026-08", "2026-09", "2026-10")


def make(folder: Path, *words: str) -> None:
    assert main(["files", "--out", str(folder), *words]) == 0


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_committed_files_come_out_again_byte_for_byte(tmp_path: Path) -> None:
    for month in MONTHS:
        make(tmp_path, "--month", month)
    committed = sorted((ROOT / "data" / "incoming").glob("*.csv"))
    assert [path.name for path in committed] == sorted(path.name for path in tmp_path.iterdir())
    for path in committed:
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_transactions_belong_to_users_who_had_registered(tmp_path: Path) -> None:
    users: dict[str, str] = {}
    for month in MONTHS[:2]:
        make(tmp_path, "--month", month, "--transactions", "5000", "--users", "300")
        label = month.replace("-", "_")
        registered = read(tmp_path / f"user_registrations_{label}.csv")
        users |= {user["user_id"]: user["registration_date"] for user in registered}
        transactions = read(tmp_path / f"transactions_{label}.csv")
        assert len(transactions) == 5000
        for row in transactions:
            assert row["timestamp"][:7] == month
            assert users[row["user_id"]] <= row["timestamp"][:10]
    assert len(users) == 600


def test_lists_of_categories_are_quoted_with_their_commas(tmp_path: Path) -> None:
    make(tmp_path, "--month", "2026-08", "--transactions", "0")
    (path,) = tmp_path.iterdir()
    assert ", " in read(path)[0]["preferred_categories"]
    assert f'"{read(path)[0]["preferred_categories"]}"' in path.read_text()


def test_gzip_holds_the_same_bytes_and_is_the_same_itself(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        make(tmp_path / folder, "--month", "2026-08", "--gzip")
    make(tmp_path / "plain", "--month", "2026-08")
    for plain in (tmp_path / "plain").iterdir():
        one, two = ((tmp_path / f / f"{plain.name}.gz").read_bytes() for f in ("one", "two"))
        assert one == two
        assert gzip.decompress(one) == plain.read_bytes()


def test_broken_rows_come_on_top_of_the_good_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "good", "--month", "2026-08")
    words = ["--broken", "short=3,long=2,bad-type=4,bad-quote=5,duplicate-key=6", "--json"]
    capsys.readouterr()
    make(tmp_path / "broken", "--month", "2026-08", *words)
    report = json.loads(capsys.readouterr().out)["files"]
    assert [each["broken"] for each in report] == [20, 20]
    for name in ("transactions_2026_08.csv", "user_registrations_2026_08.csv"):
        good = (tmp_path / "good" / name).read_text().splitlines()
        broken = (tmp_path / "broken" / name).read_text().splitlines()
        extra = list(broken)
        for line in good:
            extra.remove(line)
        assert len(extra) == 20
        assert [line for line in broken if line not in extra] == good
        width = len(next(csv.reader(good)))
        widths = sorted(len(row) - width for row in csv.reader(extra))
        assert widths.count(-2) == 3
        assert widths.count(1) == 2
        assert sum('"in "quotes""' in line for line in extra) == 5
        keys = {line.split(",")[0] for line in good}
        assert sum(line.split(",")[0] in keys for line in extra) == 6


def test_users_are_read_from_files_with_broken_rows(tmp_path: Path) -> None:
    make(tmp_path, "--month", "2026-08", "--users", "50", "--gzip")
    make(tmp_path, "--month", "2026-09", "--users", "50", "--broken", "3")
    found = read_registrations(str(tmp_path / "user_registrations_*.csv*"))
    plain = {user for user in found["user_id"] if "-" not in user}
    assert len(plain) == 100
    assert (
        set(found["user_id"]) - plain
        == {user for user in found["user_id"] if user.rsplit("-", 1)[0].endswith("-long")} - plain
    )


def test_without_files_the_users_are_always_the_same(tmp_path: Path) -> None:
    one, two = (read_registrations(str(tmp_path / "*.csv")) for _ in range(2))
    assert one["user_id"].tolist() == two["user_id"].tolist()
    make(tmp_path, "--month", "2026-08", "--users", "600", "--seed", "0", "--transactions", "0")
    assert read_registrations(str(tmp_path / "*.csv"))["email"].tolist() == one["email"].tolist()


def test_a_registration_file_without_its_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "user_registrations_x.csv").write_text("id,name\n1,a\n")
    with pytest.raises(UsageError, match="registration_date and no user_id"):
        read_registrations(str(tmp_path / "*.csv"))


@pytest.mark.parametrize("month", ["2026-13", "08-2026", "2026", "next"])
def test_a_month_that_is_none_is_refused(tmp_path: Path, month: str) -> None:
    assert main(["files", "--out", str(tmp_path), "--month", month]) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert main(["files", "--out", str(blocked), "--month", "2026-08"]) == 1
    assert str(blocked) in capsys.readouterr().err
