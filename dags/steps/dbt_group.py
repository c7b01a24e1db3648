"""The tasks that show the progress of each model, snapshot and test in the watched build."""

from __future__ import annotations

from airflow.sdk import BaseOperator, TaskGroup, WeightRule
from cosmos import DbtTaskGroup
from cosmos.operators._watcher.aggregation import get_tests_status_xcom_key
from cosmos.operators._watcher.base import BaseConsumerSensor

from .built_node import wait_without_worker
from .dbt import transformations


def dbt_models() -> TaskGroup:
    """A task for each model and one for its tests, and the build that they watch.

    Cosmos lets a model's task follow the models that it reads and their tests; here it follows the
    models alone. The build itself leaves out what reads a model whose test failed, and these tasks
    only show that. Waiting for each test made the critical path of a run twice as long.
    """
    models = DbtTaskGroup(group_id="dbt", **transformations())
    for group in models.children.values():
        if isinstance(group, TaskGroup):
            _follow_models_only(group)
    for task in models.iter_tasks():
        # A model's task is left to a worker, in which it updates the asset of its table.
        if isinstance(task, BaseConsumerSensor) and task.is_test_sensor:
            key = get_tests_status_xcom_key(task.model_unique_id)
            wait_without_worker(task, task.producer_task_id, key)
    return models


def _follow_models_only(group: TaskGroup) -> None:
    tasks = {
        task.task_id: task for task in group.children.values() if isinstance(task, BaseOperator)
    }
    test = tasks.pop(f"{group.group_id}.test")
    (model,) = tasks.values()
    # The pool has few slots; the models that most tasks follow get the next one.
    model.weight_rule = WeightRule.DOWNSTREAM
    test.priority_weight = 1
    for later in test.downstream_list:
        test.downstream_task_ids.remove(later.task_id)
        later.upstream_task_ids.remove(test.task_id)
        model.set_downstream(later)
    # The graph's lines are drawn between groups where groups are related.
    for related in (
        group.upstream_group_ids,
        group.downstream_group_ids,
        group.upstream_task_ids,
        group.downstream_task_ids,
    ):
        related.clear()
