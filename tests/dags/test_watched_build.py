"""What the watched dbt build pushes to the tasks that show its models and tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bootstrap.airflow import environment
from settings.names import ENDED_NODES

SCRIPT = Path(__file__).with_name("watched_build.py")


@pytest.fixture(scope="module")
def told(airflow_environment: dict[str, str]) -> dict[str, Any]:
    path = f"{Path(environment.__file__).parent}:{airflow_environment['PYTHONPATH']}"
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env=airflow_environment | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_a_model_and_its_tests_are_told_of_once_without_holding_up_the_build(
    told: dict[str, Any],
) -> None:
    last = told["pushed"].pop()
    assert last == [
        ENDED_NODES,
        {"model__p__a_status": "success", "model__p__a_tests_status": "pass"},
    ]
    assert [push for push in told["pushed"] if push[0] != ENDED_NODES] == [
        ["model__p__a_status", "success"],
        ["model__p__a_dbt_event", "success"],
        ["model__p__a_tests_status", "pass"],
    ]


def test_a_build_fails_that_could_not_tell_airflow(told: dict[str, Any]) -> None:
    assert "xcom_push" in told["failure"]


def test_what_dbt_could_not_build_is_not_tried_again_and_says_what_dbt_said(
    told: dict[str, Any],
) -> None:
    assert told["build"].startswith("AirflowFailException: ")
    assert "unique_a: Got 2 results" in told["build"]
    assert told["task"] == "AirflowFailException: Model 'model.p.a' finished with status 'error'"


def test_only_tests_that_failed_are_shown_as_failed(told: dict[str, Any]) -> None:
    assert told["tests"] == {"pass skipped": "skipped", "skipped fail": "fail", "pass": "pass"}
