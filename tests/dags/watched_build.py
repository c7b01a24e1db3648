"""Give the watched dbt build's log reader each event of a model and of a test; print its pushes."""

import json
from typing import Any

import airflow_local_settings  # noqa: F401
from cosmos.operators._watcher.base import store_dbt_resource_status_from_log

STEPS = {"NodeStart": "started", "NodeCompiling": "compiling", "NodeFinished": "success"}


class TaskInstance:
    """Keeps what it is asked to push."""

    def __init__(self) -> None:
        self.pushed: list[list[str]] = []

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed.append([key, value["status"] if isinstance(value, dict) else value])


def main() -> None:
    """One JSON list on standard output."""
    instance = TaskInstance()
    for kind in ("model", "test"):
        for name, status in STEPS.items():
            node = {"node_status": status, "resource_type": kind, "unique_id": f"{kind}.p.a"}
            line = {"info": {"name": name, "level": "debug"}, "data": {"node_info": node}}
            store_dbt_resource_status_from_log(
                json.dumps(line),
                {"context": {"ti": instance}},
                tests_per_model={"model.p.a": ["test.p.a"]},
                test_results_per_model={},
            )
    print(json.dumps(instance.pushed))


if __name__ == "__main__":
    main()
