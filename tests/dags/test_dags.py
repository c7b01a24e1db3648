"""The DAGs import without services, and have the tasks and the order that people rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

INGESTION = "batch_data_ingestion_dag"
TRANSFORMATIONS = "dbt_transformations_dag"
#: Where nobody listens: importing a DAG must not need Postgres, Snowflake or Airflow's database.
NOWHERE = {"POSTGRES_PORT": "1", "SNOWFLAKE_PORT": "1", "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as dbt understands it, parsed without a database."""
    target = tmp_path_factory.mktemp("dbt")
    dbt = str(Path(sys.executable).parent / "dbt")
    env = os.environ | NOWHERE | {"DBT_LOG_PATH": str(target)}
    words = ["parse", "--no-partial-parse", "--target-path", str(target), "--show-all-deprecations"]
    done = subprocess.run(
        [dbt, *words],
        cwd=ROOT / "dbt_project",
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "deprecat" not in done.stdout.lower(), done.stdout
    return target / "manifest.json"


@pytest.fixture(scope="module")
def found(manifest: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Import errors, and each DAG as describe.py sees it."""
    home = tmp_path_factory.mktemp("airflow")
    env = os.environ | NOWHERE
    env |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__COSMOS__CACHE_DIR": str(home / "cosmos"),
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
        "DBT_MANIFEST": str(manifest),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'dags'}",
    }
    words = [sys.executable, str(Path(__file__).with_name("describe.py")), str(ROOT / "dags")]
    done = subprocess.run(words, cwd=home, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout[done.stdout.index('{"errors"') :])


def test_every_dag_file_imports_without_any_service(found: dict[str, Any]) -> None:
    assert found["errors"] == {}
    assert set(found["dags"]) == {INGESTION, TRANSFORMATIONS}


def test_ingestion_runs_every_quarter_of_an_hour_in_bangkok_and_never_beside_itself(
    found: dict[str, Any],
) -> None:
    dag = found["dags"][INGESTION]
    assert dag["schedule"] == "*/15 * * * *"
    assert dag["timezone"] == "Asia/Bangkok"
    assert dag["max_active_runs"] == 1
    assert dag["catchup"] is False


def test_connections_are_tested_first_and_feeds_do_not_wait_for_each_other(
    found: dict[str, Any],
) -> None:
    tasks = found["dags"][INGESTION]["tasks"]
    assert [name for name, upstream in tasks.items() if not upstream] == ["test_connections"]
    groups = {"postgres_to_snowflake", "csv_to_snowflake_batch"}
    for name, upstream in tasks.items():
        group = name.partition(".")[0]
        if group in groups:
            others = {task.partition(".")[0] for task in upstream}
            assert others <= {group, "test_connections"}, name


def test_each_feed_of_the_sources_has_a_copy_into_task(found: dict[str, Any]) -> None:
    tasks = found["dags"][INGESTION]["tasks"]
    copies = {name.partition(".copy_into_")[2] for name in tasks} - {""}
    assert copies == {
        "transactions_streaming_kafka",
        "transactions_batch_csv",
        "user_registrations",
    }


def test_every_model_seed_and_snapshot_is_a_task_with_its_tests(
    found: dict[str, Any], manifest: Path
) -> None:
    tasks = found["dags"][TRANSFORMATIONS]["tasks"]
    nodes = json.loads(manifest.read_text())["nodes"].values()
    built = {n["name"] for n in nodes if n["resource_type"] in ("model", "seed", "snapshot")}
    assert built == {name.split(".")[1] for name in tasks if name.count(".") == 2}
    tested = {name.split(".")[1] for name in tasks if name.endswith(".test")}
    assert {"dim_users", "fct_transactions", "fct_daily_transactions"} <= tested


def test_transformations_start_when_something_landed(found: dict[str, Any]) -> None:
    dag = found["dags"][TRANSFORMATIONS]
    assert "Asset" in dag["schedule"]
    assert dag["max_active_runs"] == 1


def test_both_dags_say_what_to_do(found: dict[str, Any]) -> None:
    assert all(dag["documented"] for dag in found["dags"].values())
