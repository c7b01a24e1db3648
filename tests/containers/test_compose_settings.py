"""Kafka and Connect have the same settings in containers and natively, but for those named here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

import settings
from bootstrap.native.services.connect import NO_PROVIDERS_OF_OTHERS, Connect
from bootstrap.native.services.kafka import Kafka
from bootstrap.native.services.service import Service
from tests.conftest import ROOT, settings_of_its_own

#: Settings that differ on purpose, by the reason.
KAFKA_DIFFERS = {
    "one listener for the host and one for containers": (
        "listeners",
        "advertised.listeners",
        "listener.security.protocol.map",
        "inter.broker.listener.name",
        "controller.quorum.voters",
    ),
    "a folder of the state, or a volume": ("log.dirs",),
    "natively, Kafka's default is written out": (
        "default.replication.factor",
        "min.insync.replicas",
    ),
    "every topic is created with a number of partitions of its own": ("num.partitions",),
    "natively 4 partitions instead of 50, for a faster first start": (
        "offsets.topic.num.partitions",
        "transaction.state.log.num.partitions",
    ),
    "natively 8 MB instead of 128 MB of the heap": ("log.cleaner.dedupe.buffer.size",),
    "natively a killed broker is back in 6 seconds instead of 13": (
        "broker.session.timeout.ms",
        "broker.heartbeat.interval.ms",
    ),
    "share groups, which nothing here uses": (
        "share.coordinator.state.topic.replication.factor",
        "share.coordinator.state.topic.min.isr",
    ),
    "options of the image, and of the JVM": ("CLUSTER_ID", "heap.opts", "opts"),
}
CONNECT_DIFFERS = {
    "addresses; the image sets those of its REST interface": (
        "bootstrap.servers",
        "listeners",
        "rest.advertised.host.name",
        "rest.advertised.port",
    ),
    "a file of the state, or one that its container mounts": ("rest.access.password.file",),
    "the image has folders of its own for plugins": ("plugin.path", "plugin.discovery"),
    "CONNECT_REPLICATION is for brokers on other hosts; the image's default is 1": (
        "config.storage.replication.factor",
        "offset.storage.replication.factor",
        "status.storage.replication.factor",
    ),
    "natively connectors may read KAFKA_ variables too; none does": (
        "config.providers.env.param.allowlist.pattern",
    ),
    "options of the image": (
        "HEAP_OPTS",
        "KAFKA_OPTS",
        "SENSITIVE_PROPERTIES",
    ),
    "the environment that connectors read": (
        "POSTGRES_HOST",
        "POSTGRES_PORT",
        "POSTGRES_DB",
        "SCHEMA_REGISTRY_URL",
    ),
}
#: What the Connect image takes without a CONNECT_ before it.
UNPREFIXED = {
    "BOOTSTRAP_SERVERS",
    "GROUP_ID",
    "CONFIG_STORAGE_TOPIC",
    "OFFSET_STORAGE_TOPIC",
    "STATUS_STORAGE_TOPIC",
    "KEY_CONVERTER",
    "VALUE_CONVERTER",
    "OFFSET_FLUSH_INTERVAL_MS",
}


@pytest.fixture(autouse=True)
def settings_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", settings_of_its_own(tmp_path))
    settings.load_env()


def natively(service: Service) -> dict[str, str]:
    """The properties that the service is started with."""
    lines = Path(service.launch().argv[-1]).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def in_container(service: str) -> dict[str, str]:
    """The properties that the image makes of its environment; other variables by their name."""
    file = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    properties = {}
    for name, value in file["services"][service]["environment"].items():
        key = name.removeprefix(f"{service.upper()}_")
        if key != name or name in UNPREFIXED:
            name = key.lower().replace("_", ".")
        properties[name] = str(value).replace("$$", "$")
    return properties


@pytest.mark.parametrize(
    ("service", "differs"),
    [
        pytest.param(Kafka(), KAFKA_DIFFERS, id="kafka"),
        pytest.param(Connect(), CONNECT_DIFFERS, id="connect"),
    ],
)
def test_a_setting_is_the_same_in_both_runtimes(
    service: Service, differs: dict[str, tuple[str, ...]]
) -> None:
    native, container = natively(service), in_container(service.name)
    different = {key for key in {*native, *container} if native.get(key) != container.get(key)}
    assert different == {key for keys in differs.values() for key in keys}


def test_the_worker_is_in_utc_and_takes_no_providers_of_others_in_each_runtime() -> None:
    strimzi = yaml.safe_load((ROOT / "connectors/strimzi/kafka_connect.yml").read_text())
    properties = {
        f"-D{each['name']}={each['value']}"
        for each in strimzi["spec"]["jvmOptions"]["javaSystemProperties"]
    }
    assert properties == {"-Duser.timezone=UTC", NO_PROVIDERS_OF_OTHERS}
    signs_in = "-Djava.security.auth.login.config=/run/pipeline-secrets/connect.jaas"
    assert properties | {signs_in} == {*in_container("connect")["KAFKA_OPTS"].split()}
    assert properties <= {*Connect().launch().argv}
