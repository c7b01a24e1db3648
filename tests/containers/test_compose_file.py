"""What the compose file must have in common with the native stack, without an engine."""

from __future__ import annotations

from typing import Any

import yaml

from bootstrap.containers.runtime import BUILT
from bootstrap.containers.secrets import SECRETS
from bootstrap.kafka import users
from bootstrap.native.services.connect import OVERRIDES
from settings import default
from tests.conftest import ROOT

FILE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_connectors_may_override_the_same_as_natively() -> None:
    allowed = "CONNECT_CONNECTOR_CLIENT_CONFIG_OVERRIDE_ALLOWLIST"
    assert FILE["services"]["connect"]["environment"][allowed].split(",") == OVERRIDES
    strimzi = yaml.safe_load((ROOT / "connectors/strimzi/kafka_connect.yml").read_text())
    config = strimzi["spec"]["config"]
    assert config["connector.client.config.override.policy"] == "Allowlist"
    assert config["connector.client.config.override.allowlist"].split(",") == OVERRIDES


def test_every_service_has_a_limit_and_every_lasting_one_a_health_check() -> None:
    services = FILE["services"].items()
    assert [name for name, service in services if not service.get("mem_limit")] == []
    lasting = {name: service for name, service in services if service.get("restart") != "no"}
    assert [name for name, service in lasting.items() if not service.get("healthcheck")] == []


def test_every_port_is_on_this_machine_only() -> None:
    ports = [port for service in FILE["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_connect_shares_its_network_with_what_it_calls_and_who_calls_it_alone() -> None:
    services = FILE["services"].items()
    (network,) = FILE["services"]["connect"]["networks"]
    assert {name for name, service in services if network in service.get("networks", ())} == {
        *("connect", "register", "connector-watchdog"),
        *("kafka", "postgres", "schema-registry"),
    }


def test_every_service_is_bounded_in_processes_and_kafdrop_only_looks() -> None:
    assert [name for name, s in FILE["services"].items() if not s.get("pids_limit")] == []
    arguments = FILE["services"]["kafdrop"]["environment"]["CMD_ARGS"]
    assert "deleteEnabled=false" in arguments
    assert "createEnabled=false" in arguments
    assert "cors.enabled=false" in arguments


def test_up_builds_every_image_that_is_built_here() -> None:
    images = {name: s["image"] for name, s in FILE["services"].items() if s.get("build")}
    assert {images[name] for name in BUILT} == {*images.values()}


def test_each_service_mounts_the_secrets_of_its_own_work_alone() -> None:
    mounted: dict[str, set[str]] = {}
    for name, service in FILE["services"].items():
        for volume in service.get("volumes", []):
            if isinstance(volume, dict) and volume.get("source") == "secrets":
                mounted.setdefault(volume["volume"]["subpath"], set()).add(name)
    airflow = {name for name in FILE["services"] if name.startswith("airflow-")}
    assert mounted.pop("airflow") == airflow
    assert mounted == {
        "postgres": {"postgres"},
        "postgres-roles": {"postgres-roles"},
        "kafka": {"kafka"},
        "kafka-users": {"kafka-users"},
        "connect": {"connect"},
        "registrar": {"register", "connector-watchdog"},
        "producer": {"producer"},
        "kafdrop": {"kafdrop"},
        "schema-registry": {"schema-registry"},
        "snowflake": {"snowflake"},
        "dbt-docs": {"dbt-docs"},
        "redis": {"redis"},
    }
    assert mounted.keys() | {"airflow"} >= SECRETS.keys()


def test_a_user_of_kafka_has_the_same_name_wherever_he_is_named() -> None:
    def environment(service: str) -> dict[str, str]:
        found: dict[str, str] = FILE["services"][service]["environment"]
        return found

    made = environment("kafka-users")
    for user in users.RIGHTS:
        name = user.name_setting
        assert made[name] == f"${{{name}:-{default(name)}}}"
    for service in ("producer", "register", "connector-watchdog"):
        assert environment(service)["KAFKA_USERNAME"] == made["KAFKA_USERNAME"]


def test_the_secrets_that_were_kept_are_not_read_before_those_of_the_env_file() -> None:
    # As the image's own entry point would.
    assert FILE["services"]["secrets"]["entrypoint"][:3] == [
        *("python", "-m", "bootstrap.containers.secrets"),
    ]
