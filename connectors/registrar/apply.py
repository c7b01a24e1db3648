"""`apply`: make Connect match the files, and stay until the connectors run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.registrar.definition import Definition
from connectors.registrar.errors import RegistrarError
from connectors.registrar.health import RUNNING, UNASSIGNED, Health, look
from connectors.registrar.kafka import Kafka
from connectors.registrar.plan import UNCHANGED, Change, Passwords, plan
from connectors.registrar.rest import Connect
from connectors.registrar.wait import wait

# After a change the status can still be that of the tasks before it, and a task can report
# RUNNING and fail at its first batch; two seconds of RUNNING tell these apart.
SETTLE_SECONDS = 2.0
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Result:
    """What became of one connector; `error` is empty if it is as its file says."""

    change: Change
    state: str
    error: str = ""


def apply(
    connect: Connect,
    kafka: Kafka | None,
    definitions: Sequence[Definition],
    passwords: Passwords,
    timeout: float,
) -> list[Result]:
    """Create what is missing, change what differs, leave the rest alone.

    A connector that somebody paused or stopped stays so. One that failed is restarted. One that is
    refused, or does not run within timeout seconds, keeps none of the others from being applied.

    Raises:
        RegistrarError: Connect or Kafka does not answer, before anything was changed.
    """
    changes = plan(connect, kafka, definitions, passwords)
    refused: dict[str, str] = {}
    for change, wanted in zip(changes, definitions, strict=True):
        try:
            if kafka:
                kafka.create(change.topics)
            if change.action != UNCHANGED:
                connect.put_config(wanted.name, wanted.config)
        except RegistrarError as error:
            refused[change.name] = str(error)
    return [_result(connect, change, timeout, refused.get(change.name, "")) for change in changes]


def _result(connect: Connect, change: Change, timeout: float, refused: str) -> Result:
    if refused:
        return Result(change, "", refused)
    try:
        return Result(change, _settled(connect, change, timeout).state)
    except RegistrarError as error:
        return Result(change, "", str(error))


def _settled(connect: Connect, change: Change, timeout: float) -> Health:
    health = look(connect, change.name)
    if change.action == UNCHANGED:
        if health.failed:
            connect.restart(change.name, only_failed=True)
        elif health.running or health.state not in (RUNNING, UNASSIGNED):
            return health
    elif health.state in ("PAUSED", "STOPPED"):
        return health
    return wait(connect, [change.name], timeout, SETTLE_SECONDS, PATIENCE_SECONDS)[0]
