"""What the watched dbt build tells the tasks that show its models and tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bootstrap.airflow import environment

SCRIPT = Path(__file__).with_name("watched_build.py")


def test_a_model_and_its_tests_are_told_of_once_when_they_end(
    airflow_environment: dict[str, str],
) -> None:
    path = f"{Path(environment.__file__).parent}:{airflow_environment['PYTHONPATH']}"
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env=airflow_environment | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [
        ["model__p__a_dbt_event", "success"],
        ["model__p__a_status", "success"],
        ["model__p__a_tests_status", "pass"],
    ]
