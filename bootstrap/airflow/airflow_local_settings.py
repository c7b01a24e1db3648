"""Airflow imports this in each of its processes.

The scheduler forks its workers: what it has imported, they need not import again. dbt's imports
cost seconds of CPU per task, so they happen once, there.
"""

import atexit
import importlib
import logging
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from importlib.metadata import version
from types import ModuleType
from typing import Any

import wrapt

log = logging.getLogger(__name__)

#: The version whose private parts are known here; any other is left as it is.
COSMOS = "1.15.1"


def with_known_cosmos(change: Callable[[Any], None]) -> Callable[[Any], None]:
    """Make a change to Cosmos only in the version that it was written for."""

    @wraps(change)
    def checked(module: Any) -> None:
        found = version("astronomer-cosmos")
        if found == COSMOS:
            change(module)
        else:
            log.warning(
                "Cosmos is %s, not %s: %s is left out. The DAGs work, slower or with more tries; "
                "look at bootstrap/airflow/airflow_local_settings.py.",
                found,
                COSMOS,
                change.__name__,
            )

    return checked


@wrapt.when_imported("airflow.providers.snowflake.hooks.snowflake")
def pass_protocol_on(module: ModuleType) -> None:
    """Let Snowflake connections reach a server without TLS, also from the UI's button `Test`.

    Of a connection's extras the provider hands host and port on, but not the protocol.
    """
    original = getattr(module.SnowflakeHook, "_add_network_config", None)
    if original is None:
        log.warning("The Snowflake provider has changed: a server without TLS cannot be reached.")
        return

    @wraps(original)
    def add_network_config(hook: Any, parameters: dict[str, Any], extra: dict[str, Any]) -> None:
        original(hook, parameters, extra)
        if "protocol" in extra:
            parameters["protocol"] = extra["protocol"]

    module.SnowflakeHook._add_network_config = add_network_config


@wrapt.when_imported("airflow.sdk.execution_time.supervisor")
def see_the_end_of_a_process_at_once(module: ModuleType) -> None:
    """Let a process be seen to end that closed its sockets a moment before.

    Airflow waits for its sockets, and where none is left, as long as it may: a triggerer took 10
    seconds to stop, and a task's end was seen at the next heartbeat.
    """
    original = getattr(module.WatchedSubprocess, "_service_subprocess", None)
    if original is None:
        log.warning("Airflow's supervisor has changed: processes may end seconds late.")
        return

    @wraps(original)
    def service(self: Any, max_wait_time: float, *args: Any, **kwargs: Any) -> Any:
        listens = self.selector.get_map()
        return original(
            self, max_wait_time if listens else min(max_wait_time, 0.05), *args, **kwargs
        )

    module.WatchedSubprocess._service_subprocess = service


@wrapt.when_imported("cosmos.operators._watcher.base")
@with_known_cosmos
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
    sensor = module.BaseConsumerSensor
    # A request at each poke of a sensor, for lines that are logged at level debug.
    sensor._log_startup_events = lambda self, task_instance: None
    of_a_model = sensor._cache_compiled_sql

    @wraps(of_a_model)
    def cache_compiled_sql(self: Any, *args: Any) -> None:
        # Two requests, to show the model's SQL as that of its tests.
        if not self.is_test_sensor:
            of_a_model(self, *args)

    sensor._cache_compiled_sql = cache_compiled_sql


@wrapt.when_imported("cosmos.listeners.task_instance_listener")
@with_known_cosmos
def measure_nothing_for_nobody(module: Any) -> None:
    """Spare each task the telemetry that is switched off: Cosmos gathers it before it asks."""
    module._build_task_metrics = lambda task_instance, status: {}


class EndedNodes:
    """How each node ended that has ended, in one XCom that the tasks of all nodes read."""

    def __init__(self, push: Callable[[Any, dict[str, str]], None]) -> None:
        self._push = push
        self._nodes: dict[str, str] = {}
        self._told = (time.monotonic(), 0)

    def add(self, task_instance: Any, key: str, value: Any) -> None:
        """Note one, and tell of all at most once a second."""
        self._nodes[key] = value["status"] if isinstance(value, dict) else value
        if time.monotonic() - self._told[0] >= 1:
            self.tell(task_instance)

    def tell(self, task_instance: Any) -> None:
        """Push what was not told yet."""
        if self._told[1] < len(self._nodes):
            self._push(task_instance, dict(self._nodes))
            self._told = time.monotonic(), len(self._nodes)


ended_nodes: dict[Any, EndedNodes] = {}


@wrapt.when_imported("cosmos.operators._watcher.state")
@with_known_cosmos
def push_once(module: Any) -> None:
    """Tell Airflow once how a node ended: dbt says it in two events, Cosmos pushes at each."""
    from settings.names import ENDED_NODES

    original = module.safe_xcom_push
    reported: dict[tuple[Any, str], Any] = {}

    def push_ended(task_instance: Any, nodes: dict[str, str]) -> None:
        original(task_instance=task_instance, key=ENDED_NODES, value=nodes)

    @wraps(original)
    def push(task_instance: Any, key: str, value: Any) -> None:
        place = (task_instance.id, key)
        if reported.get(place) == value:
            return
        original(task_instance=task_instance, key=key, value=value)
        reported[place] = value
        if key.endswith("_status"):
            ended = ended_nodes.setdefault(task_instance.id, EndedNodes(push_ended))
            ended.add(task_instance, key, value)

    module.safe_xcom_push = push


@wrapt.when_imported("cosmos.operators._watcher.aggregation")
@with_known_cosmos
def show_tests_that_were_not_run_as_skipped(module: Any) -> None:
    """Let only tests that failed be shown, and reported, as failed.

    dbt leaves out a test that reads something it could not build; Cosmos calls that a failure of
    each model that the test reads.
    """
    original = module.get_aggregated_test_status

    @wraps(original)
    def status_of(model: str, tests: dict[str, list[str]], results: dict[str, Any]) -> Any:
        found = original(model, tests, results)
        failed = any(
            not module.is_dbt_node_status_success(status) and status != "skipped"
            for status in results.get(model, {}).values()
        )
        return "skipped" if found == "fail" and not failed else found

    module.get_aggregated_test_status = status_of


@wrapt.when_imported("cosmos.operators._watcher.base")
@with_known_cosmos
def show_a_failed_node_once(module: Any) -> None:
    """Let the task of a model that dbt could not build, or of a test that failed, fail for good.

    Its next try would run dbt again for this one, with the same outcome. A build that was killed
    is not a failure here: then Cosmos has the tasks run their models in their first try.
    """
    original = module.BaseConsumerSensor.poke

    @wraps(original)
    def poke(self: Any, context: Any) -> Any:
        return _once(original, self, context)

    module.BaseConsumerSensor.poke = poke


@wrapt.when_imported("cosmos.operators.watcher")
@with_known_cosmos
def fail_with_what_dbt_said(module: Any) -> None:
    """Let a build that dbt ended with errors fail for good, with dbt's own messages.

    Its next try would be skipped by Cosmos, and nobody would learn the reason.
    """
    producer = module.DbtProducerWatcherOperator
    original = producer.handle_exception_dbt_runner

    @wraps(original)
    def handle(self: Any, result: Any) -> None:
        _once(original, self, result)

    producer.handle_exception_dbt_runner = handle


def _once(call: Callable[..., Any], *arguments: Any) -> Any:
    """Call it; that dbt or one of its nodes failed is final. What else fails is not."""
    from airflow.sdk.exceptions import (
        AirflowException,
        AirflowFailException,
        AirflowSkipException,
    )
    from cosmos.exceptions import CosmosDbtRunError

    try:
        return call(*arguments)
    except (AirflowFailException, AirflowSkipException):
        raise
    except (AirflowException, CosmosDbtRunError) as error:
        raise AirflowFailException(str(error)) from None


@wrapt.when_imported("cosmos.operators.watcher")
@with_known_cosmos
def push_beside_the_build(module: Any) -> None:
    """Let the watched dbt build go on while Airflow hears how a model ended.

    Cosmos pushes within dbt's threads, one at a time: the build waited for some 160 answers of
    Airflow's API. Here one thread pushes, in the same order, and the task ends after its last push.
    """
    from bootstrap.airflow.deadlock import ended_when_stuck

    producer = module.DbtProducerWatcherOperator
    build, make_reader = producer.run_dbt_runner, producer._make_parse_callable

    @wraps(build)
    def run_dbt_runner(self: Any, *args: Any, **kwargs: Any) -> Any:
        read, pushed = make_reader(self), []
        with ended_when_stuck(), ThreadPoolExecutor(1, "push") as pushes:
            self._make_parse_callable = lambda: (
                lambda *event: pushed.append(pushes.submit(read, *event))
            )
            result = build(self, *args, **kwargs)
        for push in pushed:
            push.result()
        # Other commands, such as dbt deps, have no context.
        if (context := kwargs.get("context")) and context["ti"].id in ended_nodes:
            ended_nodes.pop(context["ti"].id).tell(context["ti"])
        return result

    producer.run_dbt_runner = run_dbt_runner


@wrapt.when_imported("airflow.callbacks.database_callback_sink")
def call_back_only_who_asked(module: ModuleType) -> None:
    """Spare the DAG processor the callbacks that nobody asked for.

    Airflow orders one for each task that ended well in the triggerer, with a callback or without;
    for each the processor starts a process that parses the DAG.
    """
    from airflow.models.dagbag import DBDagBag

    sink, dags = module.DatabaseCallbackSink, DBDagBag(load_op_links=False)
    original = sink.send

    def is_in_vain(callback: Any, session: Any) -> bool:
        if getattr(callback, "task_callback_type", None) != "success":
            return False
        dag = dags.get_dag(callback.ti.dag_version_id, session)
        return dag is not None and not dag.get_task(callback.ti.task_id).has_on_success_callback

    @wraps(original)
    def send(self: Any, callback: Any, *, session: Any) -> None:
        if not is_in_vain(callback, session):
            original(self, callback, session=session)

    sink.send = send


def leave_at_once() -> None:
    """End a service without taking Python apart, which takes the API server up to 20 seconds."""
    logging.shutdown()
    # Not for commands: what they pass to sys.exit() cannot be known here.
    os._exit(1 if hasattr(sys, "last_type") else 0)


if preload := os.environ.get("PIPELINE_PRELOAD"):
    for module in preload.split(","):
        importlib.import_module(module)

    from airflow.sdk.listener import get_listener_manager

    # It makes an object of each plugin, web pages and all, and is kept.
    get_listener_manager()

if os.environ.get("PIPELINE_QUICK_EXIT"):
    atexit.register(leave_at_once)
