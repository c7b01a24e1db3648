"""Let the watched dbt build meet each event of a model and of a test; print its pushes.

Airflow's answer to the first push comes when the build has ended. A second build's push fails.
"""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import airflow_local_settings  # noqa: F401
from cosmos.config import ProfileConfig
from cosmos.operators import local
from cosmos.operators.watcher import DbtProducerWatcherOperator
from google.protobuf.struct_pb2 import Struct

STEPS = {"NodeStart": "started", "NodeCompiling": "compiling", "NodeFinished": "success"}
PATIENCE = 30


class TaskInstance:
    """Keeps what it is asked to push, once it may go on."""

    def __init__(self) -> None:
        self.pushed: list[list[str]] = []
        self.answer = threading.Event()

    def xcom_push(self, key: str, value: Any) -> None:
        if not self.answer.wait(PATIENCE):
            raise TimeoutError("the build waits for Airflow")
        self.pushed.append([key, value["status"] if isinstance(value, dict) else value])


def build(instance: Any, at_end: Callable[[], None]) -> None:
    """One build whose dbt is played by the events that it would send."""

    def run_command(*_: Any, callbacks: list[Callable[[Any], None]], **__: Any) -> None:
        for kind in ("model", "test"):
            for name, status in STEPS.items():
                node = {"node_status": status, "resource_type": kind, "unique_id": f"{kind}.p.a"}
                event = Struct()
                event.update(
                    {"info": {"name": name, "level": "debug"}, "data": {"node_info": node}}
                )
                for callback in callbacks:
                    callback(event)
        at_end()

    local.dbt_runner.run_command = run_command
    profile = ProfileConfig("p", "t", profiles_yml_filepath=Path(__file__))
    producer = DbtProducerWatcherOperator(
        project_dir="p", profile_config=profile, tests_per_model={"model.p.a": ["test.p.a"]}
    )
    producer.run_dbt_runner([], {}, "p", context={"ti": instance})


def main() -> None:
    """One JSON object on standard output."""
    instance = TaskInstance()
    build(instance, instance.answer.set)
    failure = None
    try:
        build(None, lambda: None)
    except AttributeError as error:
        failure = str(error)
    print(json.dumps({"pushed": instance.pushed, "failure": failure}))


if __name__ == "__main__":
    main()
