"""Airflow imports this in each of its processes.

The scheduler forks its workers: what it has imported, they need not import again. dbt's imports
cost seconds of CPU per task, so they happen once, there.
"""

import importlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from types import ModuleType
from typing import Any

import wrapt


@wrapt.when_imported("airflow.providers.snowflake.hooks.snowflake")
def pass_protocol_on(module: ModuleType) -> None:
    """Let Snowflake connections reach a server without TLS, also from the UI's button `Test`.

    Of a connection's extras the provider hands host and port on, but not the protocol.
    """
    original = module.SnowflakeHook._add_network_config

    @wraps(original)
    def add_network_config(hook: Any, parameters: dict[str, Any], extra: dict[str, Any]) -> None:
        original(hook, parameters, extra)
        if "protocol" in extra:
            parameters["protocol"] = extra["protocol"]

    module.SnowflakeHook._add_network_config = add_network_config


@wrapt.when_imported("cosmos.operators._watcher.base")
def push_only_what_is_read(module: Any) -> None:
    """Let the watched dbt build tell Airflow how a model ended, and no more.

    Cosmos pushes an XCom at each start, compilation, execution and end of each model and test, and
    dbt waits for it. Its sensors read the last one of models alone: the rest is in vain.
    """
    original = module._process_dbt_log_event

    @wraps(original)
    def process(task_instance: Any, event: dict[str, Any]) -> None:
        node = event.get("data", {}).get("node_info") or {}
        ended = module.is_dbt_node_status_terminal(node.get("node_status"))
        if ended and node.get("resource_type") != "test":
            original(task_instance, event)

    module._process_dbt_log_event = process
    # A request at each look of a sensor, for lines that are logged at level debug.
    module.BaseConsumerSensor._log_startup_events = lambda self, task_instance: None


@wrapt.when_imported("cosmos.operators.watcher")
def push_beside_the_build(module: Any) -> None:
    """Let the watched dbt build go on while Airflow is told how a model ended.

    Cosmos pushes within dbt's threads, one at a time: the build waited for some 160 answers of
    Airflow's API. Here one thread pushes, in the same order, and the task ends after its last push.
    """
    producer = module.DbtProducerWatcherOperator
    build, make_reader = producer.run_dbt_runner, producer._make_parse_callable

    @wraps(build)
    def run_dbt_runner(self: Any, *args: Any, **kwargs: Any) -> Any:
        read, pushed = make_reader(self), []
        with ThreadPoolExecutor(1, "push") as pushes:
            self._make_parse_callable = lambda: (
                lambda *event: pushed.append(pushes.submit(read, *event))
            )
            result = build(self, *args, **kwargs)
        for push in pushed:
            push.result()
        return result

    producer.run_dbt_runner = run_dbt_runner


for module in filter(None, os.environ.get("PIPELINE_PRELOAD", "").split(",")):
    importlib.import_module(module)
