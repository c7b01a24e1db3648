"""`apply`: make Connect match the files, and stay until the connectors run."""

from __future__ import annotations

from collections.abc import Sequence

from registrar.definition import Definition
from registrar.health import RUNNING, UNASSIGNED, Health, look
from registrar.kafka import Kafka
from registrar.plan import UNCHANGED, Change, plan
from registrar.rest import Connect
from registrar.wait import wait

# After a change the status can still be that of the tasks before it, and a task can report
# RUNNING and fail at its first batch; two seconds of RUNNING tell these apart.
SETTLE_SECONDS = 2.0
PATIENCE_SECONDS = 3.0


def apply(
    connect: Connect,
    kafka: Kafka | None,
    definitions: Sequence[Definition],
    timeout: float,
) -> list[tuple[Change, Health]]:
    """Create what is missing, change what differs, leave the rest alone.

    A connector that somebody paused or stopped stays so. One that failed is restarted.

    Raises:
        RegistrarError: a topic or connector is refused, or does not run within timeout seconds.
    """
    changes = plan(connect, kafka, definitions)
    for change, wanted in zip(changes, definitions, strict=True):
        if kafka:
            kafka.create(change.topics)
        if change.action != UNCHANGED:
            connect.put_config(wanted.name, wanted.config)
    return [(change, _settled(connect, change, timeout)) for change in changes]


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
