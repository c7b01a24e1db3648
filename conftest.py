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

from tests.shared import Shared

#: Every process that a run starts inherits it, and is found by it at the end.
RUN = "PIPELINE_TEST_RUN"
#: Folders that share what is dear to start run in one worker, one after the other; other tests by
#: file. Those that take longest come first.
GROUPS = {
    # In this order: the audit's tests damage the chain on purpose.
    "the whole chain": (
        "tests/e2e/test_chain.py",
        "tests/e2e/test_chain_survives.py",
        "tests/audit/",
    ),
    "a stack": (
        "tests/connectors/",
        "tests/plugin/",
        "tests/producer/",
        "tests/bootstrap/test_postgres_roles.py",
        "tests/bootstrap/test_service_secrets.py",
        "tests/dbt/test_operational_models.py",
    ),
    "Postgres and the warehouse": ("tests/landing/",),
    "the dbt project": ("tests/dbt/",),
    "the local Snowflake": ("local_snowflake/tests/",),
    "the DAGs": ("tests/dags/",),
}
_FOLDERS = [(folder, group) for group, folders in GROUPS.items() for folder in folders]
_interrupted = False


_shared = Shared()


@pytest.fixture
def shared() -> Shared:
    """What the tests of this group share."""
    return _shared


def pytest_configure(config: pytest.Config) -> None:
    """Mark the run's processes, and end it at SIGTERM as at Ctrl-C: with all fixtures torn down."""
    if not _is_worker(config):
        os.environ[RUN] = uuid.uuid4().hex
        # dbt, in this process, would take a user's settings for those of a test.
        os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    with contextlib.suppress(ValueError):  # not the main thread
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    global _interrupted
    _interrupted = True
    raise KeyboardInterrupt


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End what a group shares after its last test.

    End the run also when the code under test took the interruption for its own, as dbt does.
    """
    if nextitem is None or _group(nextitem.nodeid) != _group(item.nodeid):
        _shared.end()
    if _interrupted:
        raise KeyboardInterrupt


def _group(nodeid: str) -> str:
    groups = (group for folder, group in _FOLDERS if nodeid.startswith(folder))
    return next(groups, nodeid.split("::", 1)[0])


class GroupScheduling(LoadScopeScheduling):
    """Hands out groups, and of other tests files."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    """The scheduler of a run with -n; xdist 3.8 loses the groups of markers with pytest 9.2."""
    return GroupScheduling(config, log)


def pytest_sessionfinish() -> None:
    """After an interruption there was no last test."""
    _shared.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run groups in their order, then the others."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    places = (n for n, (folder, _) in enumerate(_FOLDERS) if item.nodeid.startswith(folder))
    return next(places, len(_FOLDERS))


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
