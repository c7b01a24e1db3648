"""dbt in Airflow: one project, two targets, one task per model and per landing macro."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.sdk import XComArg, get_parsing_context
from cosmos import ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior
from cosmos.settings import cache_dir

import settings
from dags.landing.feeds import DBT_PROJECT
from settings import names

from .defaults import BUILD_TIMEOUT
from .macro_operator import DbtMacroOperator

#: Written by `dbt parse`; the DAG has a task for each model in it.
MANIFEST = Path(settings.get_optional("DBT_MANIFEST") or DBT_PROJECT / "target" / "manifest.json")

BUILD_DOC = """One `dbt build` of every model, snapshot, seed and test; the other tasks show how it
went for each of them.

When it fails: this log has dbt's messages. Models that do not read a failed one are built. After a
fix, start a new run, or wait for the next rows; clear a task to build its model alone."""

NODE_DOC = """Shows how `dbt_producer_watcher` built or tested this; when cleared, builds it itself.

When it fails: the reason is in the message of `report_failures`, and in the log of
`dbt_producer_watcher`. By hand: `cd dbt_project && uv run dbt build --select NAME`."""

#: Arguments of every dbt task: dbt runs inside the worker, which has imported it already.
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
            execution_mode=ExecutionMode.WATCHER,
            setup_operator_args={"pool": "default_pool", "doc_md": BUILD_DOC},
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
            # Smaller than what runs at a time: the build finds a slot, also for a retry.
            "pool": names.WATCHERS_POOL,
            "doc_md": NODE_DOC,
            "execution_timeout": BUILD_TIMEOUT,
        },
    }


def _needed_here() -> list[str]:
    """All models; only its own model in the process of a model's task, which parses the DAG again.

    Source: Airflow's documentation, "Optimizing Dag parsing delays during execution".
    """
    path = (get_parsing_context().task_id or "").split(".")
    # Only group.model.run and group.model.test are about one model.
    return [path[1]] if len(path) == 3 else []
