"""The dbt manifest from which Airflow draws its tasks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import settings
from bootstrap import state
from bootstrap.airflow.environment import DBT, cosmos_cache
from settings import names

PROJECT = settings.ROOT / "dbt_project"
SOURCES = ("*.sql", "*.yml", "*.csv", "*.md")


def environment() -> dict[str, str]:
    """Where the manifest is, where dbt logs, where Airflow finds dbt's site.

    The manifest is nobody's target path: a run for the other target would overwrite it with one
    that lacks half of the models.
    """
    return {
        "DBT_MANIFEST": str(manifest()),
        "DBT_LOG_PATH": str(state.logs() / "dbt"),
        "AIRFLOW__COSMOS__DBT_DOCS_PROJECTS": json.dumps(
            {"pipeline": {"dir": str(docs()), "name": "dbt docs"}}
        ),
    }


def manifest() -> Path:
    """Where dbt's manifest of this stack is, for Airflow to read the models from."""
    return state.data("dbt") / "manifest.json"


def docs() -> Path:
    """Where `docs` puts dbt's site, and Airflow looks for it."""
    return state.data("dbt") / "docs"


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """One dbt command on the target snowflake, with what it printed."""
    return subprocess.run(
        [Path(sys.executable).parent / "dbt", "--no-use-colors", *words, "--target", "snowflake"],
        cwd=PROJECT,
        env=os.environ | DBT | environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def write_manifest() -> None:
    """Parse the project, unless the manifest is newer than every file of it.

    Raises:
        RuntimeError: dbt refuses the project; the text is dbt's.
    """
    if manifest().exists() and manifest().stat().st_mtime > _last_change():
        return
    manifest().parent.mkdir(parents=True, exist_ok=True)
    done = run("parse", "--target-path", manifest().parent)
    if done.returncode:
        raise RuntimeError(f"dbt cannot parse the project:\n{done.stdout[-3000:]}")
    _share_what_was_parsed()


def _share_what_was_parsed() -> None:
    """Where Cosmos looks for it: otherwise each kind of task parses the whole project first."""
    cosmos = cosmos_cache(state.data("airflow"))
    for cache in (cosmos, cosmos / f"{names.TRANSFORMATIONS_DAG}__dbt"):
        target = cache / "target"
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(manifest().with_name("partial_parse.msgpack"), target)


def _last_change() -> float:
    made_by_dbt = {PROJECT / "target", PROJECT / "logs"}
    files = (
        file
        for pattern in SOURCES
        for file in PROJECT.rglob(pattern)
        if not made_by_dbt.intersection(file.parents)
    )
    return max((file.stat().st_mtime for file in files), default=0.0)
