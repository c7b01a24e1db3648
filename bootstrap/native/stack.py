"""Which services make up the stack, in the order in which they depend on each other."""

from __future__ import annotations

import os

from bootstrap import settings
from bootstrap.native.services.service import Service


def services() -> list[Service]:
    """The services that the settings ask for."""
    # Imported here: each service brings its own heavy libraries.
    from bootstrap.native.services.airflow import ApiServer, DagProcessor, Scheduler, Triggerer
    from bootstrap.native.services.connect import Connect
    from bootstrap.native.services.kafka import Kafka
    from bootstrap.native.services.local_snowflake import LocalSnowflake
    from bootstrap.native.services.postgres import Postgres
    from bootstrap.native.services.registry import SchemaRegistry
    from bootstrap.native.services.watchdog import Watchdog

    found: list[Service] = [Postgres(), Kafka()]
    if os.environ.get("STREAM_FORMAT") == "avro":
        found.append(SchemaRegistry())
    found += [Connect(), Watchdog()]
    if settings.snowflake_is_local():
        found.append(LocalSnowflake())
    return [*found, ApiServer(), Scheduler(), DagProcessor(), Triggerer()]


def chosen(names: list[str]) -> list[Service]:
    """The named services and what they need; all of them if none is named.

    Raises:
        SettingError: a name is unknown.
    """
    every = {service.name: service for service in services()}
    unknown = [name for name in names if name not in every]
    if unknown:
        raise settings.SettingError(f"no service {unknown[0]!r}; there are: {', '.join(every)}")
    wanted = set(names or every)
    for service in reversed(every.values()):
        if service.name in wanted:
            wanted.update(service.needs, service.beside)
    return [service for service in every.values() if service.name in wanted]


def jar_groups() -> list[str]:
    """Which groups of jars.lock the stack runs on."""
    avro = ["registry", "converter"] if os.environ.get("STREAM_FORMAT") == "avro" else []
    return ["kafka", "sink", *avro]
