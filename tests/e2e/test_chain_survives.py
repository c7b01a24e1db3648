"""Services that are killed, or stopped and started again, lose and double nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from bootstrap import dag_runs
from bootstrap.airflow.api import Airflow
from dags.landing import snowflake
from dags.landing.feeds import FileFeed, find
from dags.landing.files import stage_new_files
from settings.names import INGESTION_DAG
from tests.conftest import ROOT, Bootstrap, eventually
from tests.e2e.test_chain import counts_of, status_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def _run_dags(airflow: Airflow) -> None:
    dag_runs.ingest(airflow, lambda _: None)
    dag_runs.transform(airflow, lambda _: None)


def _produce(chain: Bootstrap, count: int, seed: int) -> None:
    words = ["-m", "producer", "stream", "--count", str(count), "--seed", str(seed)]
    subprocess.run([sys.executable, *words], cwd=ROOT, env=chain.settings, check=True)


@pytest.mark.slow
def test_services_killed_under_load_come_back_and_nothing_is_lost(
    chain: Bootstrap, airflow: Airflow
) -> None:
    before = status_of(chain)["flow"]["transactions"]
    services = ["kafka", "connect", "postgres"]
    for service in services:
        pid = _pid(chain, service)
        assert pid
        # Half of the events are under way when the service dies, the rest come after.
        _produce(chain, 500, seed=pid)
        os.kill(pid, signal.SIGKILL)
        assert eventually(partial(_is_another, chain, service, pid))
        assert eventually(lambda: chain("status").returncode == 0)
        _produce(chain, 500, seed=pid + 1)
    more = 1000 * len(services)
    expected = {hop: count + more for hop, count in before.items() if hop != "dead_letter"}
    sunk = expected["sink"]
    assert eventually(lambda: status_of(chain)["flow"]["transactions"]["sink"] == sunk)
    _run_dags(airflow)
    assert status_of(chain)["flow"]["transactions"] == expected | {"dead_letter": 0}


@pytest.mark.slow
def test_down_and_up_again_continue_with_the_same_data(chain: Bootstrap) -> None:
    before = counts_of(chain)
    assert chain("down").returncode == 0
    assert not chain.processes()
    assert chain("up").returncode == 0
    assert counts_of(chain) == before


COPY = "csv_to_snowflake_batch.copy_into_transactions_batch_csv"
FILE, ROWS = "transactions_2027_01.csv", 2_000


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_landing_is_noticed_and_lands_each_row_once(
    chain: Bootstrap, airflow: Airflow
) -> None:
    incoming = Path(chain.settings["INCOMING_DIR"])
    month = ["--month", FILE[13:20].replace("_", "-"), "--transactions", str(ROWS)]
    words = ["-m", "producer", "files", *month, "--users", "0", "--seed", "7", "--out"]
    subprocess.run(
        [sys.executable, *words, str(incoming)], cwd=ROOT, env=chain.settings, check=True
    )
    with closing(snowflake.connect_from_env(chain.settings)) as warehouse:
        feed = find("transactions_batch_csv")
        assert isinstance(feed, FileFeed)
        stage_new_files(feed, incoming, warehouse, "staged before")
        snowflake.rows(warehouse, "begin")
        hold = "update RAW.FEEDS set last_run = 'held' where feed = %s"
        snowflake.rows(warehouse, hold, [feed.name])
        airflow.trigger(INGESTION_DAG, "up__a-worker-is-killed")
        # Of whichever run: that of the schedule may come first.
        assert eventually(lambda: bool(_copies(airflow, state="running")))
        [task] = _copies(airflow, state="running")
        waits = "land_files: waiting for Snowflake for 30 s"
        assert eventually(lambda: waits in _log(airflow, task, 1))
        _kill_worker(chain, task)
        killed = time.monotonic()
        snowflake.rows(warehouse, "rollback")
        of_run = partial(_copies, airflow, task["dag_run_id"])
        assert eventually(lambda: of_run()[0]["try_number"] == 2)
        begun_after = time.monotonic() - killed
        assert eventually(lambda: bool(of_run(state="success")))
        said = _log(airflow, task, 2)
        assert "try 2, " in said
        assert "the try before did not end well" in said
        assert f"{FILE}: its landing began at " in said
        assert "and did not end; it is landed again" in said
        landed = (
            "select count(*), count(distinct source_row) from RAW.TRANSACTIONS_BATCH_CSV"
            f" where source_file = '{FILE}'"
        )
        assert snowflake.rows(warehouse, landed) == [(ROWS, ROWS)]
        ledger = (
            "select state, rows_parsed, rows_loaded, rows_rejected from RAW.LANDED_FILES"
            f" where source_file = '{FILE}'"
        )
        assert snowflake.rows(warehouse, ledger) == [("loaded", ROWS, ROWS, 0)]
    print(f"the second try began {begun_after:.0f} s after the kill")
    # Silence, a look at silent tasks now and then, the pause before a try; and a busy machine.
    assert begun_after < 60 + 10 + 30 + 60
    _run_dags(airflow)


def _copies(airflow: Airflow, run: str = "~", **chosen: str) -> list[dict[str, Any]]:
    """The tasks that copy transactions, of a run or of all."""
    path = f"/dags/{INGESTION_DAG}/dagRuns/{run}/taskInstances"
    found: list[dict[str, Any]] = airflow.get(path, task_id=COPY, **chosen)["task_instances"]
    return found


def _log(airflow: Airflow, task: dict[str, Any], number: int) -> str:
    path = f"/dags/{INGESTION_DAG}/dagRuns/{task['dag_run_id']}/taskInstances/{COPY}/logs/{number}"
    lines = airflow.get(path, full_content=True)["content"]
    return "\n".join(str(line.get("event")) for line in lines)


def _kill_worker(chain: Bootstrap, task: dict[str, Any]) -> None:
    """Kill the executor's process for the task, and the one in which it runs."""
    [worker] = [
        child
        for child in psutil.Process(_pid(chain, "airflow-scheduler")).children()
        # A title may be cut off where its process began with a shorter one.
        if any(task["id"] in " ".join(part.cmdline()) for part in child.children(recursive=True))
    ]
    for process in [worker, *worker.children(recursive=True)]:
        process.kill()


def _is_another(chain: Bootstrap, service: str, before: int) -> bool:
    return _pid(chain, service) not in (before, 0)


def _pid(chain: Bootstrap, service: str) -> int:
    """The service's main process: the one that no other process of the service started."""
    parents = {}
    for pid, name in chain.processes().items():
        # Postgres' processes come and go while we look.
        with suppress(psutil.NoSuchProcess):
            if name == service:
                parents[pid] = psutil.Process(pid).ppid()
    tops = [pid for pid, parent in parents.items() if parent not in parents]
    return tops[0] if len(tops) == 1 else 0
