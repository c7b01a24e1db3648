"""Airflow's four processes, with their metadata in Postgres."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path

import settings
from bootstrap import dbt, state
from bootstrap.airflow import connections, pools
from bootstrap.airflow.api import Airflow
from bootstrap.airflow.environment import SCHEDULER_PRELOAD, environment, write_passwords
from bootstrap.native.services.service import Launch, Service
from bootstrap.service_secrets import TASKS

_MIGRATION = threading.Lock()


class _Health:
    """One answer of the API server serves the four processes that wait for it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        self._asked = -seconds

    def of(self, component: str) -> str | None:
        with self._lock:
            if time.monotonic() - self._asked >= self._seconds:
                self._known = Airflow().health()
                self._asked = time.monotonic()
            return self._known.get(component)


_HEALTH = _Health(seconds=0.5)


def _airflow(*words: str) -> list[str]:
    return [sys.executable, "-m", "airflow", *words]


class AirflowService(Service):
    """One of the processes; `component` is its name in Airflow's health report."""

    component: str
    words: tuple[str, ...]
    depends_on = ("postgres",)
    runs_with: tuple[str, ...] = ("airflow-api-server",)
    preload = ""

    @property
    def home(self) -> Path:
        """AIRFLOW_HOME, which all four processes share."""
        return state.data("airflow")

    @property
    def address(self) -> str:
        return settings.get("AIRFLOW_URL")

    def launch(self) -> Launch:
        own = {"PIPELINE_PRELOAD": self.preload, "PIPELINE_QUICK_EXIT": "1"}
        return Launch(_airflow(*self.words), self._environment() | own)

    def _environment(self) -> dict[str, str]:
        return environment(self.home) | dbt.environment()

    def migrate(self) -> None:
        """Create Airflow's tables; whichever process comes first does it for all.

        Raises:
            RuntimeError: `airflow db migrate` failed; the text has the end of its output.
        """
        with _MIGRATION:
            migrated = self.home / f"migrated-{version('apache-airflow')}"
            if migrated.exists():
                return
            done = subprocess.run(
                _airflow("db", "migrate"),
                env=os.environ | self._environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(
                    f"airflow db migrate failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
                )
            migrated.touch()

    def ready(self) -> bool:
        return _HEALTH.of(self.component) == "healthy"


class ApiServer(AirflowService):
    """Serves the web page and the API, through which tasks report their state."""

    name = "airflow-api-server"
    component = "metadatabase"
    words = ("api-server",)
    runs_with = ()
    ports = ("AIRFLOW_PORT",)

    def prepare(self) -> None:
        write_passwords(self.home)

    def finish(self) -> None:
        connections.put()
        pools.put()


class Scheduler(AirflowService):
    """Starts runs and, with the local executor, runs their tasks."""

    name = "airflow-scheduler"
    component = "scheduler"
    words = ("scheduler", "--skip-serve-logs")
    preload = SCHEDULER_PRELOAD
    # It runs the tasks.
    secrets = TASKS


class DagProcessor(AirflowService):
    """Reads the DAG files, which need dbt's manifest to be there."""

    name = "airflow-dag-processor"
    component = "dag_processor"
    words = ("dag-processor",)

    def prepare(self) -> None:
        dbt.write_manifest()


class Triggerer(AirflowService):
    """Waits on behalf of deferred tasks, and resumes them."""

    name = "airflow-triggerer"
    component = "triggerer"
    words = ("triggerer", "--skip-serve-logs")
