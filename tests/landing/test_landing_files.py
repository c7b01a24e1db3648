"""Files land once: whatever is sent again, changed, half written, or killed on the way."""

from __future__ import annotations

import gzip
import os
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dags.landing import files, ledger, prepare, snowflake
from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from dags.landing.macros import MacroError, macros
from tests.landing.csv_files import HEADER, good, row, settled
from tests.landing.processes import FORK, at_once

pytestmark = pytest.mark.services

ONE = "transactions_2026_01.csv"


def test_a_second_run_finds_nothing_to_do(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    assert land_files(transactions, incoming).staged == 1
    assert not land_files(transactions, incoming).needs_landing
    assert warehouse.count(transactions.table) == 5


def test_the_same_content_under_another_name_or_date_is_skipped(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    land_files(transactions, incoming)
    shutil.copy(incoming / ONE, incoming / "transactions_copy.csv")
    os.utime(incoming / ONE, (1e9, 1e9))
    os.utime(incoming / "transactions_copy.csv", (1e9, 1e9))
    assert land_files(transactions, incoming).duplicate == 2
    assert warehouse.count(transactions.table) == 5
    assert warehouse.ledger(transactions.name)["transactions_copy.csv"][0] == "duplicate"


def test_new_content_under_an_old_name_is_a_version_of_its_own(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    for rows in (5, 6):
        settled(incoming / ONE, good(rows))
        land_files(transactions, incoming)
    versions = warehouse.query(
        f"select source_file, count(*) from RAW.{transactions.table}"
        " group by source_file, source_content_key order by 2"
    )
    assert versions == [(ONE, 5), (ONE, 6)]


def test_a_file_that_is_still_written_waits_for_the_next_run(
    warehouse: Any, transactions: FileFeed, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(incoming / ONE, good(5))
    growing = incoming / "transactions_growing.csv"
    growing.write_bytes(good(2))
    (incoming / "transactions_x.csv.tmp").write_bytes(good(3))

    def grow(_: float) -> None:
        with growing.open("ab") as file:
            file.write(row(3).encode())

    monkeypatch.setattr(time, "sleep", grow)
    outcome = land_files(transactions, incoming)
    assert (outcome.staged, outcome.unsettled) == (1, 1)
    states = {name: line[0] for name, line in warehouse.ledger(transactions.name).items()}
    assert states == {ONE: "loaded", growing.name: "unsettled"}


def test_a_clock_that_is_ahead_keeps_no_file_waiting(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    tomorrow = time.time() + 86_400
    os.utime(incoming / ONE, (tomorrow, tomorrow))
    assert land_files(replace(transactions, settle_seconds=0), incoming).staged == 1


def test_new_content_with_the_old_size_and_time_is_read(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    land_files(transactions, incoming)
    times = (incoming / ONE).stat()
    (incoming / ONE).write_bytes(good(5).replace(b"u1", b"u2"))
    os.utime(incoming / ONE, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert (incoming / ONE).stat().st_size == times.st_size
    assert land_files(transactions, incoming).staged == 1


def test_an_earlier_content_that_comes_back_is_refused_loudly(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    for rows in (5, 6):
        settled(incoming / ONE, good(rows))
        land_files(transactions, incoming)
    settled(incoming / ONE, good(5))
    with pytest.raises(MacroError, match=r"an earlier content of .* again"):
        land_files(transactions, incoming)
    settled(incoming / ONE, good(5) + b"\n")
    assert land_files(transactions, incoming).staged == 1


def test_two_files_of_one_name_in_two_folders_are_two_files(
    warehouse: Any, change: Any, incoming: Path
) -> None:
    feed = change(("{files: transactions_*.csv}", "{files: '**/t.csv'}"))
    contents = {"t.csv": good(3), "eu/t.csv": good(4), "us/cards/t.csv": good(5)}
    for name, content in contents.items():
        (incoming / name).parent.mkdir(parents=True, exist_ok=True)
        settled(incoming / name, content)
    assert land_files(feed, incoming).staged == 3
    assert warehouse.ledger(feed.name) == {
        name: ("loaded", n, n, 0) for name, n in zip(contents, (3, 4, 5), strict=True)
    }
    settled(incoming / "eu" / "t.csv", good(6))
    assert land_files(feed, incoming).staged == 1
    rows = f"select source_file, count(*) from RAW.{feed.table} group by 1 order by 1"
    assert warehouse.query(rows) == [("eu/t.csv", 10), ("t.csv", 3), ("us/cards/t.csv", 5)]


def test_what_is_no_plain_file_of_a_readable_name_keeps_no_other_from_landing(
    warehouse: Any, transactions: FileFeed, incoming: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settled(incoming / ONE, good(5))
    secret = settled(incoming.parent / "secret.csv", good(3))
    odd = os.fsencode(incoming) + b"/transactions_gr\xf6n.csv"
    settled(Path(os.fsdecode(odd)), good(4))
    (incoming / "transactions_link.csv").symlink_to(secret)
    (incoming / "transactions_dangling.csv").symlink_to(incoming / "nowhere")
    (incoming / "transactions_folder.csv").mkdir()
    os.mkfifo(incoming / "transactions_pipe.csv")
    with pytest.raises(MacroError, match=r"xf6n.*its name is not UTF-8: rename it"):
        land_files(transactions, incoming)
    assert warehouse.count(transactions.table) == 5
    settled(incoming / "TRANSACTIONS_2026_02.CSV", good(3))
    assert len(land_files(transactions, incoming).untaken) == 1, "the others were told before"
    assert not land_files(transactions, incoming).untaken
    said = "select source_file, first_error from RAW.LANDED_FILES where state = 'untaken'"
    lines = dict(warehouse.query(said))
    assert "takes lower case only" in lines.pop("TRANSACTIONS_2026_02.CSV")
    kinds = ("dangling", "folder", "link", "pipe")
    assert sorted(lines) == [f"transactions_{kind}.csv" for kind in kinds]
    for name, why in lines.items():
        assert f"{name}: {why}" in caplog.text


def test_a_file_that_changes_while_it_is_read_is_not_staged(
    warehouse: Any, transactions: FileFeed, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(incoming / ONE, good(5))
    prepare_file = files.prepare_file

    def grown_meanwhile(feed: FileFeed, source: Path, *rest: Any) -> Any:
        done = prepare_file(feed, source, *rest)
        with source.open("ab") as file:
            file.write(row(6).encode())
        return done

    with monkeypatch.context() as patch:
        patch.setattr(files, "prepare_file", grown_meanwhile)
        assert not land_files(transactions, incoming).needs_landing
    settled(incoming / ONE, (incoming / ONE).read_bytes())
    assert land_files(transactions, incoming).staged == 1


def test_many_small_files_land_together(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    many = int(os.environ.get("LANDING_TEST_FILES", "120"))
    for n in range(many):
        settled(incoming / f"transactions_{n}.csv", f"{HEADER}\n{row(n)}\n".encode())
    assert land_files(transactions, incoming).staged == many
    assert warehouse.count(transactions.table) == many
    assert warehouse.query("select sum(rows_loaded) from RAW.LANDED_FILES") == [(many,)]


class Killed(BaseException):
    """What kill -9 leaves behind: nothing after it runs."""


def kill_before(statement: str) -> Callable[..., Any]:
    """Ends the process, as the server sees it, before a statement that begins so."""
    rows = snowflake.rows

    def until_then(connection: Any, sql: str, binds: Any = ()) -> Any:
        if sql.lstrip().startswith(statement):
            raise Killed
        return rows(connection, sql, binds)

    return until_then


@pytest.mark.parametrize("statement", ["put", "insert into RAW.LANDED_FILES"])
def test_killed_while_staging_the_next_run_lands_all(
    warehouse: Any,
    transactions: FileFeed,
    incoming: Path,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
) -> None:
    settled(incoming / ONE, good(5))
    with monkeypatch.context() as patch:
        patch.setattr(snowflake, "rows", kill_before(statement))
        with pytest.raises(Killed):
            land_files(transactions, incoming)
    land_files(transactions, incoming)
    assert warehouse.ledger(transactions.name) == {ONE: ("loaded", 5, 5, 0)}
    assert warehouse.count(transactions.table) == 5


def test_staged_and_never_landed_the_next_run_lands_it(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(transactions, incoming, target, "killed")
    settled(incoming / "transactions_2.csv", good(6))
    assert land_files(transactions, incoming).pending == 2
    assert warehouse.count(transactions.table) == 11


def test_landing_the_same_stage_twice_lands_it_once(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    land_files(transactions, incoming)
    macros().run_operation("land_files", feed=transactions.name, run="again")
    assert warehouse.count(transactions.table) == 5


def test_a_file_of_which_rows_are_lost_on_the_way_is_staged_again(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(transactions, incoming, target, "r")
        snowflake.rows(target, "update RAW.LANDED_FILES set rows_counted = 6")
    settled(incoming / "transactions_2.csv", good(7))
    with pytest.raises(MacroError, match="next run stages it again: 6 rows were staged, COPY INTO"):
        land_files(transactions, incoming)
    assert warehouse.count(transactions.table) == 7, "the file beside it is landed"
    land_files(transactions, incoming)
    assert warehouse.count(transactions.table) == 12


def test_two_runs_that_find_the_same_file_land_it_once(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    land_files(transactions, incoming)  # makes table and stage
    settled(incoming / ONE, good(5))
    both_have_read = FORK.Barrier(2, timeout=300)

    def land() -> None:
        read = ledger.read

        def together(*arguments: Any) -> ledger.Known:
            setattr(ledger, "read", read)  # noqa: B010
            known = read(*arguments)
            both_have_read.wait()
            return known

        setattr(ledger, "read", together)  # noqa: B010
        land_files(transactions, incoming)

    assert at_once(land, land) == [0, 0]
    assert warehouse.ledger(transactions.name) == {ONE: ("loaded", 5, 5, 0)}
    assert warehouse.query("select count(*) from RAW.LANDED_FILES") == [(1,)]
    assert warehouse.count(transactions.table) == 5


def test_content_that_waits_twice_lands_once(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(transactions, incoming, target, "one")
        warehouse.query("update RAW.LANDED_FILES set state = 'lost'")
        files.stage_new_files(transactions, incoming, target, "other")
    warehouse.query("update RAW.LANDED_FILES set state = 'staged'")
    land_files(transactions, incoming)
    assert warehouse.count(transactions.table) == 5
    states = warehouse.query("select state from RAW.LANDED_FILES order by 1")
    assert states == [("duplicate",), ("loaded",)]


def test_a_file_that_is_gone_from_its_stage_is_staged_again(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(transactions, incoming, target, "r")
    warehouse.query(f"remove @RAW.{transactions.stage}")
    land_files(transactions, incoming)
    assert warehouse.ledger(transactions.name) == {ONE: ("loaded", 5, 5, 0)}
    assert warehouse.count(transactions.table) == 5


def test_a_renamed_file_lands_when_its_first_copy_is_lost(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, good(5))
    renamed = "transactions_renamed.csv"
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(transactions, incoming, target, "one")
        (incoming / ONE).rename(incoming / renamed)
        assert files.stage_new_files(transactions, incoming, target, "two").duplicate == 1
    warehouse.query(f"remove @RAW.{transactions.stage}")
    with pytest.raises(MacroError, match="was not found"):
        macros().run_operation("land_files", feed=transactions.name, run="two")
    land_files(transactions, incoming)
    assert warehouse.ledger(transactions.name)[renamed] == ("loaded", 5, 5, 0)
    (incoming / renamed).unlink()

    settled(incoming / ONE, good(6))
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(transactions, incoming, target, "three")
        (incoming / ONE).rename(incoming / renamed)
        files.stage_new_files(transactions, incoming, target, "four")
    warehouse.query(f"remove @RAW.{transactions.stage}")
    assert land_files(transactions, incoming).staged == 1
    assert warehouse.count(transactions.table) == 5 + 6


def test_a_file_larger_than_the_disk_keeps_no_other_from_landing(
    warehouse: Any, transactions: FileFeed, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = "transactions_large.csv"
    settled(incoming / large, good(1000))
    for n in range(3):
        settled(incoming / f"transactions_{n}.csv", good(n + 100))
    one_fits = (incoming / "transactions_2.csv").stat().st_size
    free = shutil.disk_usage("/")._replace(free=one_fits)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: free)
        for _ in range(2):
            with pytest.raises(MacroError, match=f"{large} waits for the next run: .* make room"):
                land_files(transactions, incoming)
    assert warehouse.count(transactions.table) == 100 + 101 + 102
    land_files(transactions, incoming)
    assert warehouse.count(transactions.table) == 100 + 101 + 102 + 1000
    states = "select state from RAW.LANDED_FILES where source_file = %s order by staged_at"
    assert warehouse.query(states, large) == [("retried",), ("retried",), ("loaded",)]


def test_a_large_file_is_staged_in_parts_and_lands_as_one_also_if_one_part_was_lost(
    warehouse: Any, transactions: FileFeed, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "CHUNK", 1000)
    monkeypatch.setattr(files, "PART_BYTES", 2000)
    monkeypatch.setattr(files, "PARTS", transactions.max_bytes)
    rows = [row(n, amount="x" if n == 190 else "1") for n in range(200)]
    settled(incoming / ONE, "\n".join([HEADER, *rows]).encode())
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(transactions, incoming, target, "r")
        staged = "select stage_path from RAW.LANDED_FILES where state = 'staged'"
        paths = snowflake.rows(target, staged)[0][0].split(",")
        assert len(paths) > 3
        snowflake.rows(target, f"remove @RAW.{transactions.stage}/{paths[2]}")
    land_files(transactions, incoming)
    assert warehouse.ledger(transactions.name) == {ONE: ("loaded", 200, 199, 1)}
    landed = warehouse.query(f"select source_row, tx_id from RAW.{transactions.table} order by 1")
    assert landed == [(n + 2, f"t{n}") for n in range(200) if n != 190]
    bad = "select source_row, source_file, raw_values like '%t190%' from RAW.QUARANTINE"
    assert warehouse.query(bad) == [(192, ONE, True)]


def test_a_file_that_stops_the_landing_stops_no_other_for_long(
    warehouse: Any, transactions: FileFeed, incoming: Path, tmp_path: Path
) -> None:
    for n in (1, 2, 3):
        settled(incoming / f"transactions_{n}.csv", good(n))
    with closing(snowflake.connect_from_env()) as target:
        files.stage_new_files(transactions, incoming, target, "r")
        [(path,)] = snowflake.rows(
            target, "select stage_path from RAW.LANDED_FILES where source_file like '%_1.csv'"
        )
        run, name = path.split("/")
        (tmp_path / name).write_bytes(gzip.compress(b"a\n\xff\n"))
        snowflake.put(target, tmp_path / name, f"@RAW.{transactions.stage}/{run}/")
    for _ in range(3):
        with pytest.raises(MacroError):
            land_files(transactions, incoming)
    assert warehouse.count(transactions.table) == 2 + 3
    [(error,)] = warehouse.query("select first_error from RAW.LANDED_FILES where state = 'staged'")
    assert error.endswith("and did not end")


def test_the_reject_limit_decides_only_whether_a_person_is_called(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    rows = [row(n, amount="x" if n < 2 else "1") for n in range(200)]
    settled(incoming / ONE, "\n".join([HEADER, *rows]).encode())
    land_files(transactions, incoming)  # 1 % of 200 rows
    settled(incoming / ONE, "\n".join([HEADER, *rows[:199]]).encode())
    with pytest.raises(MacroError, match="2 of 199 rows rejected"):
        land_files(transactions, incoming)
    assert warehouse.count(transactions.table) == 198 + 197
    assert warehouse.count("QUARANTINE") == 4


def test_corrected_rows_of_the_quarantine_land_with_one_command(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    settled(incoming / ONE, f"{HEADER}\n{row(1, amount='1o')}\n{row(2, amount='zwei')}\n".encode())
    with pytest.raises(MacroError, match="2 of 2 rows rejected"):
        land_files(transactions, incoming)
    warehouse.query("update RAW.QUARANTINE set raw_values = replace(raw_values, '1o', '10')")
    for _ in range(2):
        macros().run_operation("replay_quarantine", feed=transactions.name)
        assert warehouse.ledger(transactions.name) == {ONE: ("loaded", 2, 1, 1)}
    found = warehouse.query(f"select tx_id, amount, source_row from RAW.{transactions.table}")
    assert [(tx_id, int(amount), number) for tx_id, amount, number in found] == [("t1", 10, 2)]
    assert open_lines(warehouse) == 1


def open_lines(warehouse: Any) -> int:
    where = "replayed_at is null and overtaken_by is null"
    return int(warehouse.query(f"select count(*) from RAW.QUARANTINE where {where}")[0][0])


def newest(warehouse: Any, feed: FileFeed) -> dict[str, str]:
    """Key -> amount of its latest row, as the models choose it."""
    found = warehouse.query(
        f"select tx_id, amount::number(38,2)::text from RAW.{feed.table} qualify row_number() over"
        " (partition by tx_id order by ingested_at desc, source_file desc, source_row desc) = 1"
    )
    return dict(found)


def land_with_rejects(feed: FileFeed, folder: Path) -> None:
    with pytest.raises(MacroError, match="rows rejected"):
        land_files(feed, folder)


def test_a_line_of_the_quarantine_closes_when_a_later_file_brings_its_row(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    bad = [row(1, amount="1o"), row(2, tx_id=""), row(3, amount="x"), row(4)[:9]]
    settled(incoming / ONE, "\n".join([HEADER, *bad]).encode())
    warehouse_has_an_old_table = "alter table RAW.QUARANTINE drop column overtaken_by"
    land_with_rejects(transactions, incoming)
    assert open_lines(warehouse) == 4
    warehouse.query(warehouse_has_an_old_table)
    settled(incoming / "transactions_other.csv", f"{HEADER}\n{row(1)}\n{row(8)}\n".encode())
    land_files(transactions, incoming)
    assert open_lines(warehouse) == 3, "the key came in another file"
    rest = [row(2), row(3, amount="y"), row(4), row(5)]
    settled(incoming / ONE, "\n".join([HEADER, row(1), *rest]).encode())
    land_with_rejects(transactions, incoming)
    assert open_lines(warehouse) == 2, "amounts of t3: neither x nor y"
    assert warehouse.query("select count(*) from RAW.QUARANTINE where replayed_at is null") == [
        (5,)
    ]


def test_a_replayed_line_is_as_old_as_its_file(
    warehouse: Any, transactions: FileFeed, incoming: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def send(*rows: str) -> None:
        settled(incoming / ONE, "\n".join([HEADER, *rows]).encode())
        land_with_rejects(transactions, incoming)

    def replay() -> str:
        warehouse.query("update RAW.QUARANTINE set raw_values = replace(raw_values, 'ooo', '000')")
        capsys.readouterr()
        macros().run_operation("replay_quarantine", feed=transactions.name)
        return capsys.readouterr().out

    send(row(1, amount="1ooo"), row(2, amount="1ooo"), row(3, amount="1ooo"))
    send(row(1, amount="2000"), row(2, amount="2ooo"), row(3, amount="2ooo"), row(4, amount="x"))
    warehouse.query("update RAW.QUARANTINE set overtaken_by = null")
    out = replay()
    assert "3 rows of the quarantine left out" in out
    assert "2 rows landed from quarantine, 1 left in it" in out
    assert newest(warehouse, transactions) == dict.fromkeys(("t1", "t2", "t3"), "2000.00")


def test_of_two_contents_that_land_together_the_later_one_is_newer(
    warehouse: Any, transactions: FileFeed, incoming: Path
) -> None:
    for amount in ("1", "2", "3"):
        settled(incoming / ONE, f"{HEADER}\n{row(1, amount=amount)}\n".encode())
        with closing(snowflake.connect_from_env()) as target:
            files.stage_new_files(transactions, incoming, target, amount)
    land_files(transactions, incoming)
    assert newest(warehouse, transactions) == {"t1": "3.00"}
