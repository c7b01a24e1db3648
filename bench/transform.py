"""The transformations through Airflow, against the same `dbt build` on the command line.

Both build and test every model over the rows that are there. A run of the DAG counts from the start
of its first dbt task to the end of its last one, as the build does; the time before them, and
that of the audit after them, are shown by themselves. The rate is models, seeds, snapshots and
tests a minute. Needs the whole stack, with nothing else running.
"""

from __future__ import annotations

import json
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import settings
from bench.timing import table_row
from bootstrap import dag_runs, dbt
from bootstrap.airflow.api import Airflow
from settings.names import TRANSFORMATIONS_DAG

#: Airflow may take at most 1.5 times as long.
BAR = 0.67
ROUNDS = 5
PATIENCE = 900


def bench_rows() -> list[dict[str, Any]]:
    """One row of the bench table."""
    settings.load_env()
    airflow = Airflow()
    before_it, after_it, pairs = [], [], []
    with TemporaryDirectory() as folder:
        nodes = _dbt_build(Path(folder))[1]
        for _ in range(ROUNDS):
            before, seconds, after = _through_airflow(airflow)
            before_it.append(before)
            after_it.append(after)
            pairs.append((nodes * 60 / seconds, nodes * 60 / _dbt_build(Path(folder))[0]))
    around = f"{median(before_it):.1f} s before, {median(after_it):.1f} after"
    return [table_row("transform, nodes a minute", f"dbt build ({around} it)", pairs, BAR)]


def _through_airflow(airflow: Airflow) -> tuple[float, float, float]:
    """Seconds from the trigger to the first dbt task, of the dbt tasks, and to the run's end."""
    dag_id = TRANSFORMATIONS_DAG
    run_id = airflow.trigger(dag_id, f"bench__{time.time_ns()}")
    deadline = time.monotonic() + PATIENCE
    while (run := airflow.run(dag_id, run_id))["state"] in dag_runs.UNFINISHED:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{run_id} did not end in {PATIENCE} s: {airflow.page(dag_id)}")
        time.sleep(1)
    if run["state"] != "success":
        raise RuntimeError(f"{run_id} failed: {airflow.page(dag_id)}")
    path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
    every = airflow.get(path, limit=1000)["task_instances"]
    tasks = [task for task in every if task["task_id"].startswith("dbt.")]
    read = datetime.fromisoformat
    first = min(read(task["start_date"]) for task in tasks)
    last = max(read(task["end_date"]) for task in tasks)
    marks = [read(run["queued_at"]), first, last, read(run["end_date"])]
    before, seconds, after = [(b - a).total_seconds() for a, b in pairwise(marks)]
    return before, seconds, after


def _dbt_build(folder: Path) -> tuple[float, int]:
    """Seconds of a `dbt build`, and how many nodes it built."""
    began = time.perf_counter()
    # `dbt.run` leaves out what Airflow leaves out.
    done = dbt.run("--quiet", "build", "--target-path", folder, "--log-path", folder)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:])
    results = json.loads((folder / "run_results.json").read_text())["results"]
    return seconds, len(results)
