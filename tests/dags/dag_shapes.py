"""Prints the DAGs of this project as JSON, parsed as Airflow does, with the network shut.

Usage: dag_shapes.py DAGS_FOLDER. A process of its own, because Airflow reads its settings once and
keeps what it imports.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from typing import Any


def _no_network(*_: Any) -> None:
    raise OSError("a DAG file must not open a connection")


def describe(dag: Any) -> dict[str, Any]:
    return {
        "schedule": getattr(dag.timetable, "expression", None) or type(dag.timetable).__name__,
        "timezone": str(getattr(dag.timetable, "timezone", "")),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "ends_within": dag.dagrun_timeout is not None,
        "documented": bool(dag.doc_md),
        "tags": sorted(dag.tags),
        "tasks": {
            task.task_id: {
                "after": sorted(task.upstream_task_ids),
                "rule": str(task.trigger_rule.value),
                "retries": task.retries,
                "documented": bool(task.doc_md),
                "ends_within": task.execution_timeout is not None,
                "outlets": [asset.name for asset in task.outlets],
            }
            for task in dag.tasks
        },
    }


def main(folder: str) -> None:
    # What the DAG processor has imported long before it parses a file.
    import cosmos.operators.watcher  # noqa: F401
    from airflow.dag_processing.dagbag import DagBag

    socket.socket.connect = _no_network  # type: ignore[method-assign]
    DagBag(dag_folder=folder)
    # Of the processor, because the machine may be busy; what is imported stays imported.
    began = time.process_time()
    bag = DagBag(dag_folder=folder)
    seconds = time.process_time() - began
    print()
    shapes = {
        "seconds": seconds,
        "errors": bag.import_errors,
        "dags": {dag.dag_id: describe(dag) for dag in bag.dags.values()},
        "without_worker": [
            task.task_id
            for dag in bag.dags.values()
            for task in dag.tasks
            if task.start_from_trigger
        ],
    }
    print(json.dumps(shapes))


if __name__ == "__main__":
    main(sys.argv[1])
