"""Which services make up the stack, in the order in which they depend on each other."""

from __future__ import annotations

import settings
from bootstrap.native.services.service import Service
from settings import kafka
from settings.command_line import check_known


def every() -> list[Service]:
    """All services there are."""
    # Imported here: each service brings its own heavy libraries.
    from bootstrap.native.services.airflow import ApiServer, DagProcessor, Scheduler, Triggerer
    from bootstrap.native.services.connect import Connect
    from bootstrap.native.services.kafka import Kafka
    from bootstrap.native.services.local_snowflake import LocalSnowflake
    from bootstrap.native.services.postgres import Postgres
    from bootstrap.native.services.registry import SchemaRegistry
    from bootstrap.native.services.watchdog import Watchdog

    streaming: list[Service] = [Postgres(), Kafka(), SchemaRegistry(), Connect(), Watchdog()]
    airflow: list[Service] = [ApiServer(), Scheduler(), DagProcessor(), Triggerer()]
    return [*streaming, LocalSnowflake(), *airflow]


def services() -> list[Service]:
    """The services that the settings ask for."""
    left_out = elsewhere()
    if settings.stream_format() != "avro":
        left_out.add("schema-registry")
    if not settings.snowflake_is_local():
        left_out.add("snowflake")
    return [service for service in every() if service.name not in left_out]


def elsewhere() -> set[str]:
    """Services that the settings place on other machines: they are used, and not started here."""
    found = set()
    if not settings.is_here(settings.get("POSTGRES_HOST")):
        found.add("postgres")
    if not kafka.all_here(settings.get("KAFKA_BOOTSTRAP_SERVERS")):
        found.add("kafka")
    return found


def chosen(names: list[str]) -> list[Service]:
    """The named services and what they need; those the settings ask for if none is named.

    Raises:
        UsageError: a name is unknown.
    """
    known = {service.name: service for service in every()}
    check_known("service", names, list(known))
    wanted = set(names or (service.name for service in services()))
    for service in reversed(known.values()):
        if service.name in wanted:
            wanted.update(service.depends_on, service.runs_with)
    wanted -= elsewhere()
    return [service for service in known.values() if service.name in wanted]
