"""A Kafka broker that is its own controller (KRaft)."""

from __future__ import annotations

import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from confluent_kafka import KafkaException

import settings
from bootstrap import state
from bootstrap.kafka import users
from bootstrap.native import java
from bootstrap.native.jars import read_lock
from bootstrap.native.services.service import Launch, Service
from settings import private_file
from settings.kafka import OWN_PROTOCOL


def class_path() -> list[Path]:
    """Kafka's and Connect's jars."""
    return [state.cache() / "jars" / jar.path for jar in read_lock("kafka")]


#: Nobody gets in without a password, nor does more than bootstrap/kafka lets him. The broker signs
#: in to itself with PLAIN, whose password is in its JAAS file; others are in Kafka's own metadata.
SIGN_IN = {
    "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": f"User:{users.ADMIN}",
}


class Kafka(Service):
    """Broker and controller in one process, each with a port of its own."""

    name = "kafka"
    ports = ("KAFKA_PORT", "KAFKA_CONTROLLER_PORT")
    jars = ("kafka",)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{settings.port('KAFKA_PORT')}"

    @property
    def _data(self) -> Path:
        return state.data(self.name)

    def _configuration(self) -> Path:
        controller = f"127.0.0.1:{settings.port('KAFKA_CONTROLLER_PORT')}"
        one_broker = {
            "default.replication.factor": 1,
            "min.insync.replicas": 1,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 4,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
        }
        return java.write_properties(
            state.run() / "kafka.properties",
            {
                "process.roles": "broker,controller",
                "node.id": 1,
                "controller.quorum.voters": f"1@{controller}",
                "listeners": f"CLIENTS://{self.address},CONTROLLER://{controller}",
                "advertised.listeners": f"CLIENTS://{self.address}",
                "controller.listener.names": "CONTROLLER",
                "inter.broker.listener.name": "CLIENTS",
                "listener.security.protocol.map": (
                    f"CLIENTS:{OWN_PROTOCOL},CONTROLLER:{OWN_PROTOCOL}"
                ),
                **SIGN_IN,
                "log.dirs": self._data,
                "num.partitions": 3,
                # A misspelt topic is an error, not a new topic.
                "auto.create.topics.enable": "false",
                # The tasks of a connector, which start together, share their partitions at once.
                "group.initial.rebalance.delay.ms": 100,
                # Lets consumers notice a killed Connect worker within seconds.
                "group.min.session.timeout.ms": 3000,
                # Twice a second by default, for standby controllers: CPU at rest.
                "metadata.max.idle.interval.ms": 5000,
                # A broker killed with -9 is fenced, and back, in 6 seconds instead of 13.
                "broker.session.timeout.ms": 3000,
                "broker.heartbeat.interval.ms": 1000,
                "log.cleaner.dedupe.buffer.size": 8388608,
                **one_broker,
            },
        )

    def prepare(self) -> None:
        """Format the log folder under a new cluster id, unless it is formatted already.

        Raises:
            RuntimeError: Kafka's tool failed; the text has its output.
        """
        configuration = self._configuration()
        if (self._data / "meta.properties").exists():
            return
        self._data.mkdir(parents=True, exist_ok=True)
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = "kafka.tools.StorageTool"
        # With "=", for one id in 64 begins with a dash and would be taken for an option.
        arguments = ["format", f"--cluster-id={cluster_id}", "--config", str(configuration)]
        argv = java.command(
            "kafka-storage", tool, class_path(), *arguments, heap="128m", properties=[java.QUICK]
        )
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"Kafka could not format its log folder: {done.stdout}{done.stderr}")

    def launch(self) -> Launch:
        jaas = private_file.write(
            state.run() / "kafka.jaas", users.broker_jaas("clients", "controller")
        )
        arguments = (self.name, "kafka.Kafka", class_path(), str(self._configuration()))
        properties = [java.QUICK, java.signs_in_with(jaas)]
        return Launch(java.command(*arguments, properties=properties))

    def ready(self) -> bool:
        # Metadata is answered before partitions have leaders; a produce would still wait then.
        try:
            topics = users.admin_client(self.address).list_topics(timeout=2).topics.values()
        except KafkaException:
            return False
        return all(p.leader >= 0 for topic in topics for p in topic.partitions.values())

    def finish(self) -> None:
        users.apply(self.address)
