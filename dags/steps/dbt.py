"""dbt in Airflow: one project, two targets, every model and landing macro a task."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from airflow.sdk import XComArg, get_parsing_context
from cosmos import ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior
from cosmos.operators.local import DbtBuildLocalOperator
from cosmos.settings import cache_dir
from landing.feeds import DBT_PROJECT

from .macro_operator import DbtMacroOperator

#: Written by `dbt parse`; models that it does not know are not in the DAG.
MANIFEST = Path(os.environ.get("DBT_MANIFEST") or DBT_PROJECT / "target" / "manifest.json")

#: Arguments of every dbt task: dbt runs inside the worker, which has it imported already.
IN_WORKER: dict[str, Any] = {
    "project_dir": str(DBT_PROJECT),
    "install_deps": False,
    "invocation_mode": InvocationMode.DBT_RUNNER,
    "cache_dir": cache_dir,
}


def profile(target: str) -> ProfileConfig:
    """A target of dbt_project/profiles.yml, as the command line uses it."""
    return ProfileConfig(
        profile_name="pipeline",
        target_name=target,
        profiles_yml_filepath=DBT_PROJECT / "profiles.yml",
    )


def run_macro(
    task_id: str, macro: str, arguments: dict[str, Any] | XComArg, **options: Any
) -> DbtMacroOperator:
    """A task for `dbt run-operation`; the arguments may come from another task."""
    return DbtMacroOperator(
        task_id=task_id,
        macro_name=macro,
        args=arguments,
        profile_config=profile("snowflake"),
        **IN_WORKER,
        **options,
    )


def build_operational_models() -> DbtBuildLocalOperator:
    """The views in Postgres, the one that is unloaded among them, and their tests."""
    return DbtBuildLocalOperator(
        task_id="build_operational_models",
        doc_md="Views in Postgres and their tests (`dbt build --target postgres`).",
        select="operational",
        profile_config=profile("postgres"),
        # Nothing waits for the views; the asset of the landing starts the transformations.
        emit_datasets=False,
        # dbt parses all anew when it meets the cache of another target.
        **IN_WORKER | {"cache_dir": cache_dir / "postgres"},
    )


def transformations() -> dict[str, Any]:
    """How Cosmos renders the Snowflake models: from the manifest, run by one watched dbt build."""
    return {
        "project_config": ProjectConfig(
            dbt_project_path=DBT_PROJECT,
            manifest_path=MANIFEST,
            install_dbt_deps=False,
        ),
        "profile_config": profile("snowflake"),
        "execution_config": ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER, setup_operator_args={"pool": "default_pool"}
        ),
        "render_config": RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            test_behavior=TestBehavior.AFTER_EACH,
            select=_needed_here(),
        ),
        "operator_args": {
            "install_deps": False,
            "poke_interval": 2,
            "deferrable": False,
            # Smaller than what runs at a time: the build finds a slot, also when it is tried again.
            "pool": "dbt_watchers",
        },
    }


def _needed_here() -> list[str]:
    """Every model; in the process of a model's task, which reads the DAG anew, that model alone.

    Source: Airflow's documentation, "Optimizing Dag parsing delays during execution".
    """
    path = (get_parsing_context().task_id or "").split(".")
    # group.model.run or .test, and no other task, is about one model.
    return [path[1]] if len(path) == 3 else []
