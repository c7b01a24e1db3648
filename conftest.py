"""How a run of the tests goes: what shares a worker, what is told at once, what is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import uuid
from collections.abc import Iterator

import psutil
import pytest

#: Every process that a run starts inherits it, and is found by it at the end.
RUN = "PIPELINE_TEST_RUN"
#: Tests that share what is dear to start run in one worker; by a fixture that they use.
SHARED = {
    "bootstrap": "stack",
    "server": "warehouse",
    "local": "local Snowflake",
    "airflow_environment": "dags",
}
#: Started first, because they take longest.
LONGEST = ("tests/e2e", "tests/audit")


def pytest_configure(config: pytest.Config) -> None:
    """Mark the run's processes, and end it at SIGTERM as at Ctrl-C: with all fixtures torn down."""
    if not _is_worker(config):
        os.environ[RUN] = uuid.uuid4().hex
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)


# Before xdist reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test its group, and begin with the longest."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        groups = [group for fixture, group in SHARED.items() if fixture in fixtures]
        item.add_marker(pytest.mark.xdist_group(groups[0] if groups else item.path.name))
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name a test when it fails, not only at the end."""
    if report.failed and not os.environ.get("PYTEST_XDIST_WORKER"):
        print(f"\nFAILED {report.nodeid}", flush=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what a test that was interrupted could not."""
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
            if process.pid != os.getpid() and process.environ().get(RUN) == os.environ[RUN]:
                yield process


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
