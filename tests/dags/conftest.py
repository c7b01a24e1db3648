"""The DAGs, parsed once in a process and an Airflow home of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def airflow_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables for Airflow with SQLite, and dbt's manifest of the project as it is now."""
    home = tmp_path_factory.mktemp("airflow")
    environment = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Bangkok",
        "AIRFLOW__COSMOS__CACHE_DIR": str(home / "cosmos"),
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
        "DBT_MANIFEST": str(home / "target" / "manifest.json"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(ROOT),
    }
    dbt = [str(Path(sys.executable).with_name("dbt")), "parse", "--quiet"]
    folders = ["--target-path", str(home / "target"), "--log-path", str(home)]
    subprocess.run([*dbt, *folders], cwd=ROOT / "dbt_project", env=environment, check=True)
    return environment


@pytest.fixture(scope="session")
def shapes_in() -> Callable[[dict[str, str]], dict[str, Any]]:
    """A function that gives what dag_shapes.py prints in an environment."""

    def run(environment: dict[str, str]) -> dict[str, Any]:
        script = Path(__file__).with_name("dag_shapes.py")
        done = subprocess.run(
            [sys.executable, str(script), str(ROOT / "dags")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        shapes: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return shapes

    return run


@pytest.fixture(scope="session")
def shapes(
    airflow_environment: dict[str, str], shapes_in: Callable[[dict[str, str]], dict[str, Any]]
) -> dict[str, Any]:
    """The DAGs as the DAG processor sees them."""
    return shapes_in(airflow_environment)
