"""Prints the DAGs of a folder as JSON; run by test_dags.py in an Airflow home of its own."""

import json
import sys
from typing import Any

from airflow.dag_processing.dagbag import DagBag


def describe(dag: Any) -> dict[str, Any]:
    """What a person sees of a DAG in the UI."""
    return {
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "timezone": str(getattr(dag.timetable, "timezone", dag.timezone)),
        "schedule": getattr(dag.timetable, "expression", type(dag.timetable).__name__),
        "documented": bool(dag.doc_md),
        "tasks": {task.task_id: sorted(task.upstream_task_ids) for task in dag.tasks},
    }


bag = DagBag(dag_folder=sys.argv[1])
dags = {dag_id: describe(dag) for dag_id, dag in bag.dags.items()}
json.dump({"errors": bag.import_errors, "dags": dags}, sys.stdout)
