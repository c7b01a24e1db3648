"""The tasks that show how each model, snapshot and test of the watched build goes."""

from __future__ import annotations

from airflow.sdk import BaseOperator, TaskGroup, WeightRule
from cosmos import DbtTaskGroup

from .dbt import transformations


def dbt_models() -> TaskGroup:
    """A task for each model and one for its tests, beside the build that they watch.

    A model's task follows the models that it reads, not their tests too, as Cosmos has it: the
    build itself leaves out what reads a model whose test failed, and these tasks only show it.
    Waiting for each test made the way through a run twice as long.
    """
    models = DbtTaskGroup(group_id="dbt", **transformations())
    for group in models.children.values():
        if isinstance(group, TaskGroup):
            _free_from_tests(group)
    return models


def _free_from_tests(group: TaskGroup) -> None:
    tasks = {
        task.task_id: task for task in group.children.values() if isinstance(task, BaseOperator)
    }
    test = tasks.pop(f"{group.group_id}.test")
    (model,) = tasks.values()
    # Of the few slots of the watchers, the models that most tasks follow get the next one.
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
