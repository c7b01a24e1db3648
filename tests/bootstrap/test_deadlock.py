"""A task in which nothing can go on ends, with every thread's stack; one that waits does not."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from tests.conftest import ROOT

BEGIN = """
import logging, socket, sys, threading, time
from concurrent.futures import ThreadPoolExecutor, as_completed
from bootstrap.airflow.deadlock import ended_when_stuck
"""
#: A thread waits for a lock that is never given back, as dbt's did for that of its log file.
STUCK = """
handler = logging.StreamHandler(sys.stdout)
handler.acquire()
with ended_when_stuck(pause=0.05), ThreadPoolExecutor() as pool:
    work = pool.submit(handler.handle, logging.makeLogRecord({"msg": "never"}))
    list(as_completed([work]))
print("went on")
"""
#: A thread waits for an answer, far longer than a deadlock is watched.
ASKING = """
ours, theirs = socket.socketpair()
threading.Timer(3, theirs.send, [b"answer"]).start()
with ended_when_stuck(pause=0.05), ThreadPoolExecutor() as pool:
    print(pool.submit(ours.recv, 6).result().decode())
"""
SLEEPING = """
with ended_when_stuck(pause=0.05), ThreadPoolExecutor() as pool:
    pool.submit(time.sleep, 3).result()
print("answer")
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BEGIN + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_deadlock_is_ended_and_shown() -> None:
    done = run(STUCK)
    assert (done.returncode, done.stdout) == (1, "")
    assert "giving up" in done.stderr
    assert 'logging/__init__.py", line' in done.stderr
    assert "in acquire" in done.stderr


@pytest.mark.parametrize("code", [ASKING, SLEEPING])
def test_whoever_waits_for_something_else_goes_on(code: str) -> None:
    done = run(code)
    assert (done.returncode, done.stdout) == (0, "answer\n"), done.stderr


def test_the_watcher_leaves_no_thread_behind() -> None:
    from bootstrap.airflow.deadlock import ended_when_stuck

    before = threading.active_count()
    with ended_when_stuck():
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
