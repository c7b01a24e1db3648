"""Many small files of one feed, as a sender leaves them that writes one for each order.

LANDING_TEST_FILES sets how many (10,000 by hand).
"""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dags.landing.feeds import FileFeed
from tests.conftest import ROOT
from tests.landing.csv_files import HEADER, row, settled

pytestmark = [pytest.mark.services, pytest.mark.slow, pytest.mark.timeout(900)]

FILES, ROWS = int(os.environ.get("LANDING_TEST_FILES", "1200")), 3
#: Most memory of a landing, in MB: dbt alone takes 300.
MOST_MEMORY = 450

#: A file of each kind that lands as a whole or in part: its content, and rows parsed and loaded.
IN_PART = {
    "amount": (row(1, amount="x"), 1, 0),
    "fewer": ("only,three,fields", 1, 0),
    "more": (row(1) + ",more", 1, 0),
    "mixed": (f"{row(1)}\n{row(2, user_id='')}", 2, 1),
}
#: One of each kind that is refused: its content, and what is said of it.
REFUSED = {
    "header.csv": (b"tx_id,amount\n1,2\n", "wrong header"),
    "empty.csv": (b"", "the file is empty"),
    "latin.csv": (f"{HEADER}\n{row(1, merchant='Caf')}".encode() + b"\xe9\n", "not UTF-8"),
    "cut.csv.gz": (gzip.compress(f"{HEADER}\n{row(1)}\n".encode())[:-9], "ends early"),
}


# The peak that getrusage knows begins with the memory of the process that started this one.
LAND = """
import sys
from pathlib import Path
from dags.landing.__main__ import main
main(["land", sys.argv[1]])
[peak] = [l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM:")]
print(peak.split()[1])
"""


def _land(feed: FileFeed) -> tuple[str, float, int]:
    """What a landing in a process of its own says, how long it takes, and its memory in MB."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", LAND, feed.name],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout, time.monotonic() - began, int(done.stdout.split()[-1]) // 1024


def test_many_files_land_once_and_each_bad_one_is_told(
    warehouse: Any, transactions: FileFeed, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCOMING_DIR", str(incoming))
    for n in range(FILES):
        rows = "\n".join(row(k, tx_id=f"t{n}-{k}") for k in range(ROWS))
        settled(incoming / f"transactions_{n:05}.csv", f"{HEADER}\n{rows}\n".encode())
    again = (incoming / "transactions_00000.csv").read_bytes()
    settled(incoming / "transactions_x_again.csv", again)
    for name, (rows, _, _) in IN_PART.items():
        settled(incoming / f"transactions_x_{name}.csv", f"{HEADER}\n{rows}\n".encode())
    for name, (content, _) in REFUSED.items():
        settled(incoming / f"transactions_x_{name}", content)

    said, seconds, memory = _land(transactions)
    print(f"{FILES} files of {ROWS} rows: {seconds:.0f} s, {memory} MB")
    assert memory < MOST_MEMORY
    ledger = warehouse.ledger(transactions.name)
    good = {f"transactions_{n:05}.csv": ("loaded", ROWS, ROWS, 0) for n in range(FILES)}
    assert {name: ledger.pop(name) for name in good} == good
    assert ledger.pop("transactions_x_again.csv")[0] == "duplicate"
    for name, (_, parsed, loaded) in IN_PART.items():
        line = ("loaded", parsed, loaded, parsed - loaded)
        assert ledger.pop(f"transactions_x_{name}.csv") == line
        assert f"transactions_x_{name}.csv: 1 of {parsed} rows rejected" in said
    for name, (_, why) in REFUSED.items():
        assert ledger.pop(f"transactions_x_{name}")[0] == "refused"
        assert re.search(rf"transactions_x_{re.escape(name)} was refused: .*{why}", said)
    assert not ledger
    landed = f"select count(*), count(distinct source_file || tx_id) from RAW.{transactions.table}"
    count = FILES * ROWS + sum(loaded for _, _, loaded in IN_PART.values())
    assert warehouse.query(landed) == [(count, count)]
    assert warehouse.count("QUARANTINE") == len(IN_PART)

    said, again_seconds, _ = _land(transactions)
    print(f"again: {again_seconds:.1f} s")
    assert again_seconds < max(20.0, seconds / 4)
    assert warehouse.count(transactions.table) == count
