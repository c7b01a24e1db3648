"""How a run of the tests goes: what shares a worker, what is told at once, what is left behind."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import uuid
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from xdist.scheduler import LoadScopeScheduling

#: Every process that a run starts inherits it, and is found by it at the end.
RUN = "PIPELINE_TEST_RUN"
#: Tests below these folders share what is dear to start, and so run in one worker; others by file.
SHARED = (
    "tests/connectors/",
    "tests/dags/",
    "tests/dbt/",
    "tests/landing/",
    "tests/producer/",
    "local_snowflake/tests/",
)
#: Started first, because they take longest.
LONGEST = ("tests/e2e", "tests/audit")


def pytest_configure(config: pytest.Config) -> None:
    """Mark the run's processes, and end it at SIGTERM as at Ctrl-C: with all fixtures torn down."""
    if not _is_worker(config):
        os.environ[RUN] = uuid.uuid4().hex
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)


class SharedScheduling(LoadScopeScheduling):
    """Hands out folders of SHARED, and of the others files."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return next((folder for folder in SHARED if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedScheduling:
    """The scheduler of a run with -n; xdist 3.8 loses the groups of markers with pytest 9.2."""
    return SharedScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest, where tests run side by side."""
    if _is_worker(config):
        items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a test when it fails, not only at the end."""
    if report.failed and not os.environ.get("PYTEST_XDIST_WORKER"):
        print(f"\nFAILED {report.nodeid}", flush=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what a test that was interrupted could not."""
    # When Python ends, libraries close what tests left open, and log to pytest's closed streams.
    logging.raiseExceptions = False
    if _is_worker(config):
        return
    left = list(_processes_of_the_run())
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    for process in psutil.wait_procs(left, timeout=10)[1]:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _processes_of_the_run() -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid == os.getpid() or process.environ().get(RUN) != os.environ[RUN]:
                continue
            # Python's own helper, which ends with us; killed, it complains.
            if "resource_tracker" not in " ".join(process.cmdline()):
                yield process


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
