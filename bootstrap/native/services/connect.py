"""A Kafka Connect worker with the Debezium JDBC sink."""

from __future__ import annotations

from pathlib import Path

import requests

import settings
from bootstrap import state
from bootstrap.native import java
from bootstrap.native.services import plugins
from bootstrap.native.services.kafka import class_path
from bootstrap.native.services.service import Launch, Service
from bootstrap.service_secrets import SINK
from settings import kafka, private_file
from settings.connect import REST_USER

#: Consumer settings a connector may override; anything else in a connector's file is refused.
OVERRIDES = [
    "max.poll.records",
    "max.poll.interval.ms",
    "max.partition.fetch.bytes",
    "fetch.min.bytes",
    "fetch.max.wait.ms",
    "fetch.max.bytes",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "auto.offset.reset",
]

#: A connector's file, or a request of anybody, names no config provider of its own.
NO_PROVIDERS_OF_OTHERS = "-Dorg.apache.kafka.automatic.config.providers=none"
#: Asks for a user and a password; connectors/plugin.
REST_ACCESS = "pipeline.connect.RestAccess"
#: The worker's own topics, as docker-compose.yml has them.
STORAGE_TOPICS = {
    "config": "_connect_configs",
    "offset": "_connect_offsets",
    "status": "_connect_status",
}


class Connect(Service):
    """One distributed worker; connectors are registered through its REST API."""

    name = "connect"
    depends_on = ("kafka", "postgres")
    ports = ("CONNECT_PORT",)
    jars = ("kafka", "sink", "compiler")
    secrets = SINK

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{settings.port('CONNECT_PORT')}"

    def _configuration(self) -> Path:
        copies = settings.get("CONNECT_REPLICATION")
        storage = {
            f"{kind}.storage.{key}": value
            for kind, topic in STORAGE_TOPICS.items()
            for key, value in {"topic": topic, "replication.factor": copies}.items()
        }
        return java.write_properties(
            state.run() / "connect.properties",
            {
                "bootstrap.servers": settings.get("KAFKA_BOOTSTRAP_SERVERS"),
                **self._sign_in(),
                "group.id": "connect",
                "listeners": self.address,
                "rest.advertised.host.name": "127.0.0.1",
                "rest.advertised.port": settings.port("CONNECT_PORT"),
                "key.converter": "org.apache.kafka.connect.storage.StringConverter",
                "value.converter": "org.apache.kafka.connect.json.JsonConverter",
                **storage,
                "offset.storage.partitions": 1,
                "status.storage.partitions": 1,
                # `status` shows the lag: offsets of a minute ago would look like one.
                "offset.flush.interval.ms": 2000,
                "plugin.path": plugins.path(),
                # Starts in 4 seconds instead of 16: plugins are found by their manifests.
                "plugin.discovery": "service_load",
                # Changes log levels, for anyone: closed.
                "admin.listeners": "",
                "rest.extension.classes": REST_ACCESS,
                "rest.access.user": REST_USER,
                "rest.access.password.file": self._password_file(),
                "connector.client.config.override.policy": "Allowlist",
                "connector.client.config.override.allowlist": ",".join(OVERRIDES),
                # A dead letter is its message, uncompressed, and headers. One that is larger than
                # this could not be written; one that its topic does not take fails its task.
                "producer.max.request.size": 33554432,
                # As small again as whoever sent the message made it.
                "producer.compression.type": "zstd",
                # That the topic for it is gone fails a task too; Connect would wait for ever.
                "producer.max.block.ms": 60000,
                "scheduled.rebalance.max.delay.ms": 0,
                # After kill -9 the load goes on within 11 seconds instead of a minute.
                "session.timeout.ms": 10000,
                "heartbeat.interval.ms": 3000,
                "config.providers": "env",
                "config.providers.env.class": (
                    "org.apache.kafka.common.config.provider.EnvVarConfigProvider"
                ),
                # Connectors can read these variables of the worker and no others.
                "config.providers.env.param.allowlist.pattern": (
                    "^(POSTGRES_(HOST|PORT|DB)|CONNECT_SINK_.*|SCHEMA_REGISTRY_.*|KAFKA_.*)$"
                ),
            },
        )

    def _sign_in(self) -> dict[str, str]:
        """Of the worker's own clients, and of those that its connectors have."""
        return {
            f"{whose}{name}": value
            for whose in ("", "producer.", "consumer.", "admin.")
            for name, value in kafka.java_client().items()
        }

    def _password_file(self) -> Path:
        password = settings.get("CONNECT_REST_PASSWORD")
        return private_file.write(state.run() / "connect-rest-password", password)

    def launch(self) -> Launch:
        main = "org.apache.kafka.connect.cli.ConnectDistributed"
        # Most of what a batch allocates is dead at its end, if it was not promoted before: with
        # this room a loaded sink pauses for a quarter of the time, and is 1.5 x as fast.
        properties = ["-Xmn448m", *java.LATE_OPTIMIZING, NO_PROVIDERS_OF_OTHERS]
        if "sasl.mechanism" in kafka.java_client():
            jaas = private_file.write(state.run() / "connect.jaas", kafka.jaas(kafka.WORKER))
            properties.append(java.signs_in_with(jaas))
        arguments = (self.name, main, class_path(), str(self._configuration()))
        return Launch(java.command(*arguments, heap="768m", properties=properties))

    def ready(self) -> bool:
        try:
            user = (REST_USER, settings.get("CONNECT_REST_PASSWORD"))
            return requests.get(f"{self.address}/connectors", auth=user, timeout=2).ok
        except requests.RequestException:
            return False
