"""Lets the task of a model's tests wait for the build without a process of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any, ClassVar, NamedTuple

from airflow.sdk import BaseOperator
from airflow.triggers.base import BaseTrigger, StartTriggerArgs, TaskSuccessEvent, TriggerEvent

from settings import names

log = logging.getLogger(__name__)

# Cosmos has sets of both; importing it would load dbt's operators into the triggerer.
#: What dbt says of a node that is built, and Cosmos of tests of which none failed.
BUILT = frozenset({"success", "pass", "warn"})
ENDED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
#: Seconds between two looks at a build.
PAUSE = 1.0


class Look(NamedTuple):
    """What Airflow knows of a build: its state, and how each node ended that has ended."""

    state: str | None
    nodes: dict[str, str]


class BuiltNode(BaseTrigger):
    """Ends a task when the build has done its part well; all else is for the task in a worker.

    In a worker it costs a process that parses the DAG, a second of CPU. In the triggerer all share
    one process, and each look at the build.
    """

    #: (DAG, run, build) -> when the last look began, and the look.
    _looks: ClassVar[dict[tuple[str, str, str], tuple[float, asyncio.Task[Look]]]] = {}

    def __init__(self, build: str, status_key: str) -> None:
        """Watch one node.

        Args:
            build: the task that runs dbt.
            status_key: under which Cosmos keeps how the node ended.
        """
        super().__init__()
        self.build = build
        self.status_key = status_key

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """What Airflow keeps to make this again."""
        kwargs = {"build": self.build, "status_key": self.status_key}
        return f"{type(self).__module__}.{type(self).__qualname__}", kwargs

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait for the end of the node or of the build; a cleared task goes to a worker at once."""
        first = self.task_instance is not None and self.task_instance.try_number == 1
        yield TaskSuccessEvent() if first and await self._is_built() else TriggerEvent(None)

    async def _is_built(self) -> bool:
        while True:
            try:
                look = await self._look()
            except Exception:
                log.exception("%s could not be asked; this goes on in a worker", self.build)
                return False
            status = look.nodes.get(self.status_key)
            if status is not None or look.state in ENDED:
                return status in BUILT
            await asyncio.sleep(PAUSE)

    async def _look(self) -> Look:
        """The last look of any node's task, or a new one if that is too old."""
        ti: Any = self.task_instance
        key = (ti.dag_id, ti.run_id, self.build)
        began, look = self._looks.pop(key, (-PAUSE, None))
        if look is None or time.monotonic() - began >= PAUSE:
            began, look = time.monotonic(), asyncio.create_task(asyncio.to_thread(_look, *key))
        self._looks[key] = began, look
        while len(self._looks) > 16:
            self._looks.pop(next(iter(self._looks)))
        # Others wait for it, too, when this one is cancelled.
        return await asyncio.shield(look)


def _look(dag_id: str, run_id: str, build: str) -> Look:
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
    from airflow.sdk.execution_time.xcom import XCom

    states = RuntimeTaskInstance.get_task_states(
        dag_id=dag_id, run_ids=[run_id], task_ids=[build]
    ).get(run_id, {})
    # In this order: what the build says last, it says before it ends.
    nodes: Any = XCom.get_one(key=names.ENDED_NODES, dag_id=dag_id, run_id=run_id, task_id=build)
    return Look(states.get(build), nodes or {})


def wait_without_worker(task: BaseOperator, build: str, status_key: str) -> None:
    """Start a task of Cosmos in the triggerer.

    Where that finds more to do than to end it, the task goes on in a worker, as if it began there.
    """
    task.start_from_trigger = True
    task.start_trigger_args = StartTriggerArgs(
        trigger_cls=f"{BuiltNode.__module__}.{BuiltNode.__qualname__}",
        trigger_kwargs={"build": build, "status_key": status_key},
        next_method="execute",
    )
