"""The DAGs are what people rely on: names, order, schedule, and what happens when a task fails."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dags.landing import feeds
from settings import names

SHAPE = Path(__file__).with_name("batch_data_ingestion_dag.json")


def test_files_parse_without_network_and_database(shapes: dict[str, Any]) -> None:
    assert shapes["errors"] == {}
    assert set(shapes["dags"]) == {"batch_data_ingestion_dag", "dbt_transformations_dag"}
    assert set(shapes["dags"]) == {names.INGESTION_DAG, names.TRANSFORMATIONS_DAG}


def test_dag_files_are_read_within_a_second(shapes: dict[str, Any]) -> None:
    assert shapes["seconds"] < 1


def test_no_task_and_no_run_can_hang_for_ever(shapes: dict[str, Any]) -> None:
    for dag in shapes["dags"].values():
        assert dag["ends_within"]
        assert [name for name, task in dag["tasks"].items() if not task["ends_within"]] == []


def test_the_audit_looks_also_behind_a_failed_test(shapes: dict[str, Any]) -> None:
    tasks = shapes["dags"]["dbt_transformations_dag"]["tasks"]
    assert tasks["audit_recent_rows"]["rule"] == "all_done"


def test_the_graph_of_the_ingestion_is_the_reviewed_one(shapes: dict[str, Any]) -> None:
    """After a change on purpose: UPDATE_SHAPES=1 pytest tests/dags, and review the diff."""
    shape = shapes["dags"]["batch_data_ingestion_dag"]
    if os.environ.get("UPDATE_SHAPES"):
        SHAPE.write_text(json.dumps(shape, indent=2) + "\n")
    assert shape == json.loads(SHAPE.read_text())


def test_ingestion_runs_each_quarter_of_an_hour_in_bangkok_one_at_a_time(
    shapes: dict[str, Any],
) -> None:
    dag = shapes["dags"]["batch_data_ingestion_dag"]
    assert (dag["schedule"], dag["timezone"]) == ("*/15 * * * *", "Asia/Bangkok")
    assert (dag["max_active_runs"], dag["catchup"]) == (1, False)


def test_each_feed_has_tasks_of_its_own(shapes: dict[str, Any]) -> None:
    tasks = shapes["dags"]["batch_data_ingestion_dag"]["tasks"]
    for feed in feeds.load():
        group = (
            "postgres_to_snowflake"
            if isinstance(feed, feeds.StreamFeed)
            else "csv_to_snowflake_batch"
        )
        assert f"{group}.copy_into_{feed.name}" in tasks


def test_transformations_wait_for_what_the_ingestion_announces(shapes: dict[str, Any]) -> None:
    dags = shapes["dags"]
    announce = dags["batch_data_ingestion_dag"]["tasks"]["announce_landing"]
    assert announce["outlets"] == ["snowflake_raw"]
    assert dags["dbt_transformations_dag"]["schedule"] == "AssetTriggeredTimetable"


def test_each_model_is_a_task_and_its_tests_another(shapes: dict[str, Any]) -> None:
    tasks = shapes["dags"]["dbt_transformations_dag"]["tasks"]
    for model in ("dim_users", "fct_transactions", "fct_daily_transactions"):
        assert tasks[f"dbt.{model}.test"]["after"] == [f"dbt.{model}.run"]


def test_a_models_tests_wait_without_a_worker(shapes: dict[str, Any]) -> None:
    tasks = shapes["dags"]["dbt_transformations_dag"]["tasks"]
    assert set(shapes["without_worker"]) == set(filter(is_test, tasks))


def test_a_model_waits_for_the_models_it_reads_and_for_no_test(shapes: dict[str, Any]) -> None:
    tasks = shapes["dags"]["dbt_transformations_dag"]["tasks"]
    assert "dbt.fct_transactions.run" in tasks["dbt.fct_daily_transactions.run"]["after"]
    behind_tests = [name for name, task in tasks.items() if any(map(is_test, task["after"]))]
    assert behind_tests == ["audit_recent_rows"]


def is_test(task_id: str) -> bool:
    return task_id.endswith(".test")


def test_the_process_of_a_models_task_reads_that_model_alone(
    airflow_environment: dict[str, str], shapes_in: Callable[[dict[str, str]], dict[str, Any]]
) -> None:
    task_id = "dbt.fct_transactions.test"
    context = {
        "_AIRFLOW_PARSING_CONTEXT_DAG_ID": "dbt_transformations_dag",
        "_AIRFLOW_PARSING_CONTEXT_TASK_ID": task_id,
    }
    tasks = shapes_in(airflow_environment | context)["dags"]["dbt_transformations_dag"]["tasks"]
    assert task_id in tasks
    models = {name.split(".")[1] for name in tasks if name.endswith((".run", ".test"))}
    assert models == {"fct_transactions"}


def test_a_failed_task_makes_the_run_fail_with_one_message(shapes: dict[str, Any]) -> None:
    for dag in shapes["dags"].values():
        behind = {name for task in dag["tasks"].values() for name in task["after"]}
        assert set(dag["tasks"]) - behind == {"report_failures"}
        assert dag["tasks"]["report_failures"]["rule"] == "all_done"


def test_dags_say_what_they_are_for(shapes: dict[str, Any]) -> None:
    assert all(dag["documented"] and dag["tags"] for dag in shapes["dags"].values())
    for dag in shapes["dags"].values():
        assert [name for name, task in dag["tasks"].items() if not task["documented"]] == []
