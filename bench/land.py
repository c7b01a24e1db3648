"""Landing: against the bare commands that move the same rows, and against other tools.

Needs the Postgres and the local Snowflake of a running stack, and about 4 GB of disk: the
measurements happen in databases of their own there, which are dropped at the end. dlt and Sling
come from the dependency group `peers`.
"""

from __future__ import annotations

import logging
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import settings
from bench.against import baseline, peers
from bench.against.databases import RAW_TABLE, Databases, databases
from bench.timing import Prepared, Work, compare_rates, table_row
from dags.landing.feeds import FileFeed, StreamFeed, find
from dags.landing.land import land_files, land_stream

# A table and the stage of its files.
BASELINE_TABLE = "RAW.BASELINE"
ROWS = 500_000
FILE_ROWS = 500_000
OLD, FEW, NEW = 5_000_000, 50_000, 10_000
BY_ROW = 300
ROUNDS = 5
PEER_ROUNDS = 3


def bench_rows() -> Iterator[dict[str, Any]]:
    """Rows of the bench table; rates are rows a second."""
    settings.load_env()
    logging.getLogger("snowflake").setLevel(logging.ERROR)
    with databases("bench_land", ROWS) as pair, pair.chosen():
        pair.snowflake(f"create stage {BASELINE_TABLE}", baseline.STREAM_TABLE)
        yield from _stream(pair)
        yield _files(pair)
    yield from _incremental()


def _stream(pair: Databases) -> Iterator[dict[str, Any]]:
    landing = _land_stream(pair, ROWS)
    landing()  # makes the raw table
    ours = _emptied(pair, RAW_TABLE, landing)
    compare = partial(compare_rates, "unload + land")
    counted = _counted(baseline.psql_gzip_copy, pair, BASELINE_TABLE, ROWS)
    bare = _emptied(pair, BASELINE_TABLE, counted)
    yield compare("psql | gzip -1, PUT, COPY INTO", ours, bare, bar=0.7, rounds=ROUNDS)
    sling = _counted(peers.sling, pair, "RAW.SLING", ROWS)
    yield compare("Sling, into the same server", ours, sling, bar=1.0, rounds=PEER_ROUNDS)
    # It has less to do: no server, no stage, and no ingest_xid, whose type it does not support.
    dlt = "dlt, without ingest_xid, into a DuckDB file"
    yield compare(dlt, ours, peers.dlt, bar=1.0, rounds=PEER_ROUNDS)
    by_row = partial(peers.row_by_row, BY_ROW)
    yield compare("SELECT *, an INSERT per row", ours, by_row, bar=None, rounds=PEER_ROUNDS)


def _land_stream(pair: Databases, rows: int) -> Work:
    feed = _feed()

    def work() -> int:
        with pair.chosen():
            unloaded = land_stream(feed)
        if unloaded is None or unloaded.rows != rows:
            raise RuntimeError(f"{rows} rows expected: {unloaded}")
        return rows

    return work


def _feed() -> StreamFeed:
    feed = find("transactions_streaming_kafka")
    assert isinstance(feed, StreamFeed)
    return feed


def _emptied(pair: Databases, table: str, work: Work) -> Work:
    def before() -> None:
        create = f"create table if not exists {table} (empty text)"
        pair.snowflake(create, f"truncate table {table}")

    return Prepared(before, work)


def _counted(work: Callable[[], None], pair: Databases, table: str, rows: int) -> Work:
    """The number of rows of a table after the work, which must be as expected."""

    def counted() -> int:
        work()
        found = pair.count(table)
        if found != rows:
            raise RuntimeError(f"{table} has {found} rows, not {rows}")
        return rows

    return counted


def _files(pair: Databases) -> dict[str, Any]:
    feed = find("transactions_batch_csv")
    assert isinstance(feed, FileFeed)
    with tempfile.TemporaryDirectory() as folder:
        rows = _write_files(Path(folder))

        land_files(feed, Path(tempfile.mkdtemp(dir=folder)))  # makes the raw table

        def forget() -> None:
            pair.snowflake(
                f"truncate table RAW.{feed.table}",
                f"delete from RAW.LANDED_FILES where feed = '{feed.name}'",
            )

        def ours() -> int:
            land_files(feed, Path(folder))
            return pair.count(f"RAW.{feed.table}")

        put_and_copy = partial(baseline.put_and_copy, Path(folder) / "*.csv")
        bare = _counted(put_and_copy, pair, BASELINE_TABLE, rows)
        return compare_rates(
            "land files",
            "PUT, COPY INTO",
            Prepared(forget, ours),
            Prepared(lambda: pair.snowflake(baseline.FILES_TABLE), bare),
            bar=0.6,
            rounds=ROUNDS,
        )


def _write_files(folder: Path) -> int:
    """Two months of transactions; the number of rows."""
    for month in ("2026-09", "2026-10"):
        words = ["files", "--month", month, "--transactions", str(FILE_ROWS // 2), "--users", "0"]
        subprocess.run(
            [sys.executable, "-m", "producer", *words, "--seed", "1", "--out", str(folder)],
            cwd=settings.ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return sum(file.read_bytes().count(b"\n") - 1 for file in folder.glob("transactions_*.csv"))


def _incremental() -> Iterator[dict[str, Any]]:
    """New rows on a large table and on a small one: the time must not depend on the old rows."""
    with databases("bench_old", OLD) as large, databases("bench_few", FEW) as small:
        peaks = [_peak_of_first_landing(pair) for pair in (large, small)]
        on_large, on_small = (
            Prepared(partial(pair.fill, NEW), _land_stream(pair, NEW)) for pair in (large, small)
        )
        what = f"{NEW // 1000}k new rows on {OLD // 1_000_000}M old"
        theirs = f"the same on {FEW // 1000}k old"
        yield compare_rates(what, theirs, on_large, on_small, bar=0.77, rounds=ROUNDS)
    # Smaller is better here, so theirs comes first and the ratio is above the bar.
    what = f"peak MB of landing {FEW // 1000}k rows"
    yield table_row(what, f"of {OLD // 1_000_000}M rows", [(peaks[1], peaks[0])], bar=0.8)


def _peak_of_first_landing(pair: Databases) -> float:
    """Most memory that a process of its own needs for all rows of the sink, in MB."""
    words = "from bench import land; land.land_all()"
    with pair.chosen():
        done = subprocess.run(
            [sys.executable, "-c", words],
            cwd=settings.ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    return float(done.stdout.split()[-1])


def land_all() -> None:
    """Land what is new of the stream, then print this process's peak memory in MB."""
    land_stream(_feed())
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
