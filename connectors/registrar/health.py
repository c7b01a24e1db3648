"""What Connect says of a connector, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.registrar.rest import Connect, NotFoundError
from connectors.registrar.trace import trace_summary

MISSING = "MISSING"
RUNNING = "RUNNING"
FAILED = "FAILED"
UNASSIGNED = "UNASSIGNED"


@dataclass(frozen=True)
class Task:
    """One task; `cause` and `trace` are empty unless it failed."""

    id: int
    state: str
    worker: str
    trace: str = ""

    @property
    def cause(self) -> str:
        return trace_summary(self.trace) if self.trace else ""


@dataclass(frozen=True)
class Health:
    """State of a connector; `state` is Connect's own word, or MISSING."""

    name: str
    state: str
    tasks: tuple[Task, ...] = field(default=())
    trace: str = ""

    @property
    def failed(self) -> bool:
        return self.state == FAILED or any(task.state == FAILED for task in self.tasks)

    @property
    def running(self) -> bool:
        """Everything is at work. A connector without tasks does nothing, so it does not count."""
        return (
            self.state == RUNNING
            and bool(self.tasks)
            and all(task.state == RUNNING for task in self.tasks)
        )

    @property
    def failure(self) -> str:
        """Trace of the first thing that failed, empty if nothing did."""
        return next((t.trace for t in self.tasks if t.state == FAILED), "") or self.trace

    @property
    def cause(self) -> str:
        return trace_summary(self.failure) if self.failure else ""

    def __str__(self) -> str:
        tasks = " ".join(f"{task.id}:{task.state}" for task in self.tasks) or "none"
        return f"{self.name} {self.state}, tasks {tasks}"


def fetch_health(connect: Connect, name: str) -> Health:
    """The state of a connector and its tasks, as Connect says; MISSING if it has none.

    Raises:
        RegistrarError: Connect does not answer, or not like Connect.
    """
    try:
        answer = connect.status(name)
    except NotFoundError:
        # A worker that has just started knows the connector, and has no status for it yet.
        return Health(name, MISSING if connect.config(name) is None else UNASSIGNED)
    tasks = tuple(
        Task(t["id"], t["state"], str(t.get("worker_id") or ""), str(t.get("trace") or ""))
        for t in answer["tasks"]
    )
    connector = answer["connector"]
    return Health(name, connector["state"], tasks, str(connector.get("trace") or ""))
