"""Airflow imports this in each of its processes.

The scheduler forks its workers: what it has imported, they need not import again. dbt's imports
cost seconds of CPU per task, so they happen once, there.
"""

import importlib
import os
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


for module in filter(None, os.environ.get("PIPELINE_PRELOAD", "").split(",")):
    importlib.import_module(module)
