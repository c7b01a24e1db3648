"""Starts Airflow's DAGs and waits for what they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from bootstrap.airflow.api import NOT_FOUND, Airflow, AirflowError, AirflowUnreachableError
from bootstrap.patience import Patience
from settings.errors import ExpectedError
from settings.names import INGESTION_DAG, TRANSFORMATIONS_DAG

T = TypeVar("T")

#: Seconds in which a task must begin or end.
PATIENCE = 600.0
UNFINISHED = ("queued", "running")
UNKNOWN = "Airflow does not know {}; see `make logs SERVICE=airflow-dag-processor`"


class DagRunError(ExpectedError):
    """A run failed or did not end; the text names the tasks and where their logs are."""


def ingest(airflow: Airflow, progress: Callable[[str], None] | None) -> None:
    """Run the ingestion now and wait for its success.

    Raises:
        DagRunError: it failed, stood still for PATIENCE, or somebody paused it.
    """
    _unpause_new(airflow, TRANSFORMATIONS_DAG)
    run_id = _scheduled(airflow) if _unpause_new(airflow, INGESTION_DAG) else None
    run_id = run_id or _triggered(airflow)
    _finish(airflow, INGESTION_DAG, lambda: airflow.run(INGESTION_DAG, run_id), progress)


def _triggered(airflow: Airflow) -> str:
    """A run that is started now, as soon as Airflow has read the DAG's file again."""
    run_id = f"up__{time.strftime('%Y-%m-%dT%H:%M:%S%z')}"

    def started() -> str | None:
        try:
            return airflow.trigger(INGESTION_DAG, run_id)
        except AirflowError as error:
            if error.status != NOT_FOUND:
                raise
            return None

    return _until(started, UNKNOWN.format(INGESTION_DAG))


def transform(airflow: Airflow, progress: Callable[[str], None] | None) -> bool:
    """Wait for the transformations of everything landed so far; False if nothing ever landed.

    Raises:
        DagRunError: they failed, or stood still for PATIENCE.
    """

    def last_run() -> dict[str, Any] | None:
        # In this order: an event leaves the queue when its run is made.
        queued = airflow.has_queued_events(TRANSFORMATIONS_DAG)
        return None if queued else airflow.last_run(TRANSFORMATIONS_DAG)

    if not airflow.has_queued_events(TRANSFORMATIONS_DAG) and not last_run():
        return False
    _finish(airflow, TRANSFORMATIONS_DAG, last_run, progress)
    return True


def _unpause_new(airflow: Airflow, dag_id: str) -> bool:
    """Start the schedule of a DAG that never ran; a pause that a person made is respected."""
    if not _until(lambda: airflow.is_paused(dag_id), UNKNOWN.format(dag_id)):
        return False
    if airflow.last_run(dag_id):
        raise DagRunError(f"{dag_id} is paused; unpause it on {airflow.page(dag_id)}")
    airflow.unpause(dag_id)
    return True


def _scheduled(airflow: Airflow) -> str | None:
    """The run that the schedule starts by itself for the quarter of an hour under way."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if run := airflow.last_run(INGESTION_DAG):
            return str(run["dag_run_id"])
        time.sleep(0.5)
    return None


def _finish(
    airflow: Airflow,
    dag_id: str,
    ask: Callable[[], dict[str, Any] | None],
    progress: Callable[[str], None] | None,
) -> None:
    def finished() -> dict[str, Any] | None:
        run = ask()
        if not run or run["state"] in UNFINISHED:
            if progress:
                progress(_progress(airflow, dag_id, run))
            return None
        return run

    def how_far() -> object:
        run = ask()
        return run and airflow.tasks(dag_id, run["dag_run_id"])

    run = _until(
        finished,
        f"no task of {dag_id} began or ended in {PATIENCE:.0f} s; see {airflow.page(dag_id)}",
        how_far,
    )
    if run["state"] != "success":
        raise DagRunError(_why(airflow, dag_id, run["dag_run_id"]))


def _why(airflow: Airflow, dag_id: str, run_id: str) -> str:
    """Which tasks failed and for what reason, as far as Airflow knows it."""
    states = airflow.tasks(dag_id, run_id)
    lines = [f"{dag_id} failed; what could run, ran. See {airflow.page(dag_id)}"]
    for task in (task for task, state in states.items() if state == "failed"):
        # The task that collects the reasons has none of its own.
        if reason := airflow.failure_reason(dag_id, run_id, task):
            lines.append(f"- {task}: " + reason.replace("\n", "\n  "))
    return "\n".join(lines)


def _progress(airflow: Airflow, dag_id: str, run: dict[str, Any] | None) -> str:
    if not run:
        return f"{dag_id}: waiting"
    states = airflow.tasks(dag_id, run["dag_run_id"]).values()
    done = sum(state in ("success", "skipped") for state in states)
    return f"{dag_id}: {done} of {len(states)} tasks"


def _until(
    ask: Callable[[], T | None], failure: str, how_far: Callable[[], object] = lambda: None
) -> T:
    """What `ask` finds in time; an Airflow too busy to answer is asked again."""
    patience = Patience(PATIENCE, how_far)
    while True:
        try:
            if (found := ask()) is not None:
                return found
            if patience.is_over():
                raise DagRunError(failure)
        except AirflowUnreachableError:
            if patience.is_over():
                raise
        # Each question costs Airflow CPU that its tasks could use.
        time.sleep(1)
