"""Services that are killed, or stopped and started again, lose and double nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial

import psutil
import pytest

from bootstrap import dag_runs
from bootstrap.airflow.api import Airflow
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
