"""The command that lands files, when its process or the server dies in the middle of it.

The middle is certain: the test holds the feed's lock, for which COPY INTO waits in the server.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from dags.landing import files, snowflake
from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from dags.landing.macros import macros
from tests.conftest import ROOT, Bootstrap, eventually
from tests.landing.csv_files import good, settled

pytestmark = pytest.mark.services

FILE = "transactions_2026_01.csv"
T = TypeVar("T")
BEGUN = r"its landing began at \S+ and did not end; it is landed again"


@pytest.fixture
def feed(transactions: FileFeed, incoming: Path, monkeypatch: pytest.MonkeyPatch) -> FileFeed:
    monkeypatch.setenv("INCOMING_DIR", str(incoming))
    return transactions


def landing(feed: FileFeed, timeout: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "dags.landing", "land", feed.name]
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env=os.environ | {"SNOWFLAKE_TIMEOUT": timeout},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def in_the_middle(feed: FileFeed, incoming: Path, start: Callable[[], T]) -> Iterator[T]:
    """A landing that has begun to land a file of five rows, and waits for the feed's lock."""
    settled(incoming / FILE, good(5))
    with (
        closing(snowflake.connect_from_env()) as holder,
        closing(snowflake.connect_from_env()) as target,
    ):
        files.stage_new_files(feed, incoming, target, "staged before")
        snowflake.rows(holder, "begin")
        hold = "update RAW.FEEDS set last_run = 'held' where feed = %s"
        snowflake.rows(holder, hold, [feed.name])
        process = start()

        def has_begun() -> bool:
            query = "select first_error from RAW.LANDED_FILES where state = 'staged'"
            return snowflake.rows(target, query) != [(None,)]

        assert eventually(has_begun)
        yield process


def check_the_next_one(feed: FileFeed, incoming: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It lands the five rows once, and says that it does so again."""
    land_files(feed, incoming)
    assert re.search(BEGUN, capsys.readouterr().out)
    with closing(snowflake.connect_from_env()) as target:
        count = f"select count(*), count(distinct source_row) from RAW.{feed.table}"
        assert snowflake.rows(target, count) == [(5, 5)]
        states = "select state, rows_loaded from RAW.LANDED_FILES"
        assert snowflake.rows(target, states) == [("loaded", 5)]


def test_a_landing_killed_in_the_middle_is_repeated_and_says_so(
    warehouse: Any, feed: FileFeed, incoming: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    macros().parse()  # once, here: the child inherits it

    def start() -> ForkProcess:
        process = get_context("fork").Process(target=land_files, args=(feed, incoming))
        process.start()
        return process

    with in_the_middle(feed, incoming, start) as process:
        process.kill()
        process.join()
    check_the_next_one(feed, incoming, capsys)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("deed", [signal.SIGSTOP, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_landing_whose_server_dies_in_the_middle_gives_up_and_is_repeated(
    own_bootstrap: Bootstrap,
    feed: FileFeed,
    incoming: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    deed: signal.Signals,
) -> None:
    started = own_bootstrap("up", "snowflake")
    assert started.returncode == 0, started.stderr
    for name, value in own_bootstrap.settings.items():
        if name.startswith("SNOWFLAKE_") or name == "PIPELINE_STATE":
            monkeypatch.setenv(name, value)
    [server] = [
        psutil.Process(pid)
        for pid, name in own_bootstrap.processes().items()
        if name == "snowflake"
    ]
    try:
        with in_the_middle(feed, incoming, lambda: landing(feed, "35")) as process:
            server.send_signal(deed)
            began = time.monotonic()
            said, _ = process.communicate(timeout=300)
            assert process.returncode == 1, said
            assert "\nerror: transactions_batch_csv: Snowflake: " in said
            assert "Traceback" not in said
            if deed == signal.SIGSTOP:
                # The statement, and then the end of its session.
                assert time.monotonic() - began < 2 * 35 + 30
                assert "waiting for Snowflake for 30 s" in said
                assert "given up after 35 s (SNOWFLAKE_TIMEOUT)" in said
                server.send_signal(signal.SIGCONT)
            else:
                assert eventually(lambda: own_bootstrap("up", "snowflake").returncode == 0)
    finally:
        if server.is_running():
            server.send_signal(signal.SIGCONT)
    check_the_next_one(feed, incoming, capsys)
