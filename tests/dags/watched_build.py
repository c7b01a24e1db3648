"""Let the watched dbt build meet each event of a model and of a test; print its pushes.

Airflow's answer to the first push comes when the build has ended. A second build's push fails. A
third build fails by itself, and a model's task sees that.
"""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import airflow_local_settings  # noqa: F401
from cosmos.config import ProfileConfig
from cosmos.operators import local
from cosmos.operators._watcher import aggregation
from cosmos.operators.watcher import DbtProducerWatcherOperator, DbtRunWatcherOperator
from google.protobuf.struct_pb2 import Struct

#: dbt reports the end of a node twice.
STEPS = {
    "NodeStart": "started",
    "NodeCompiling": "compiling",
    "LogNodeResult": "success",
    "NodeFinished": "success",
}
PATIENCE = 300


class TaskInstance:
    """Keeps what it is asked to push, once it may go on."""

    def __init__(self) -> None:
        self.id = "first"
        self.pushed: list[list[str]] = []
        self.answer = threading.Event()

    def xcom_push(self, key: str, value: Any) -> None:
        if not self.answer.wait(PATIENCE):
            raise TimeoutError("the build waits for Airflow")
        self.pushed.append([key, value.get("status", value) if isinstance(value, dict) else value])


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


def failed_build() -> str:
    """How a build ends that dbt ended with an error, and what it says."""
    node = SimpleNamespace(name="unique_a")
    results = [SimpleNamespace(node=node, status="fail", message="Got 2 results")]
    result = SimpleNamespace(success=False, exception=None, result=SimpleNamespace(results=results))
    profile = ProfileConfig("p", "t", profiles_yml_filepath=Path(__file__))
    producer = DbtProducerWatcherOperator(project_dir="p", profile_config=profile)
    try:
        producer.handle_exception_dbt_runner(result)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "it did not fail"


def failed_task() -> str:
    """How the task of a model ends that dbt could not build."""
    profile = ProfileConfig("p", "t", profiles_yml_filepath=Path(__file__))
    task = DbtRunWatcherOperator(
        task_id="a",
        project_dir="p",
        profile_config=profile,
        extra_context={"dbt_node_config": {"unique_id": "model.p.a"}},
    )
    task._get_producer_task_status = lambda _: "running"
    task._get_node_status = lambda *_: "error"
    task._cache_compiled_sql = lambda *_: None
    ti = SimpleNamespace(try_number=1, xcom_pull=lambda *_, **__: None)
    try:
        task.poke({"ti": ti})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "it did not fail"


def tests_of_a_model(*statuses: str) -> str:
    """How the tests of a model ended, by how each of them ended."""
    each = {f"test.{number}": status for number, status in enumerate(statuses)}
    found = aggregation.get_aggregated_test_status("m", {"m": list(each)}, {"m": each})
    return str(getattr(found, "value", found))


def main() -> None:
    """One JSON object on standard output."""
    instance = TaskInstance()
    build(instance, instance.answer.set)
    failure = None
    try:
        build(SimpleNamespace(id="second"), lambda: None)
    except AttributeError as error:
        failure = str(error)
    told: dict[str, Any] = {"pushed": instance.pushed, "failure": failure}
    tests = {
        words: tests_of_a_model(*words.split())
        for words in ("pass skipped", "skipped fail", "pass")
    }
    told |= {"build": failed_build(), "task": failed_task(), "tests": tests}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
