"""Each service has the secrets that it needs in its environment, and no other."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

import settings
from bootstrap.containers.secrets import SECRETS
from bootstrap.native import execute, stack
from bootstrap.service_secrets import AIRFLOW, TASKS
from tests.conftest import settings_of_its_own

#: Airflow's own settings are made from these.
_OF_AIRFLOW = set(AIRFLOW) - {"AIRFLOW_PASSWORD", "UNLOAD_PASSWORD", "REDIS_PASSWORD"}
NEEDED = {
    "connect": {"CONNECT_SINK_PASSWORD"},
    "connector-watchdog": {"CONNECT_SINK_PASSWORD", "CONNECT_REST_PASSWORD", "KAFKA_PASSWORD"},
    "schema-registry": {"REGISTRY_DB_PASSWORD"},
    "snowflake": {"SNOWFLAKE_PASSWORD"},
    "airflow-scheduler": _OF_AIRFLOW | {"SNOWFLAKE_PASSWORD", "DBT_OPERATIONAL_PASSWORD"},
    **dict.fromkeys(
        ("airflow-api-server", "airflow-dag-processor", "airflow-triggerer"), _OF_AIRFLOW
    ),
}


def secrets_in(environment: dict[str, str], known: dict[str, str]) -> set[str]:
    """The settings whose secret value is in an environment, under whatever name."""
    everything = "\n".join(environment.values())
    return {name for name in settings.secret_names() if known.get(name, "\0") in everything}


@pytest.mark.parametrize("name", [service.name for service in stack.every()])
def test_a_service_is_started_with_its_own_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    known = settings_of_its_own(tmp_path)
    monkeypatch.setattr(os, "environ", dict(known))
    monkeypatch.setattr("sys.argv", ["execute", name])
    monkeypatch.setattr(os, "chdir", lambda folder: None)
    started: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execvpe", lambda program, argv, env: started.append(env))
    execute.main()
    assert secrets_in(started[0], known) == NEEDED.get(name, set())
    # It would read the file again.
    assert started[0]["PIPELINE_ENV_FILE"] == os.devnull


def test_a_container_has_no_secret_that_no_service_needs() -> None:
    assert set(SECRETS["registrar"]) == NEEDED["connector-watchdog"]
    assert set(SECRETS["airflow"]) == {*AIRFLOW, *TASKS}
    listed = {name for names in SECRETS.values() for name in names}
    # The registry's is in a file of its settings; the others are for commands of a person.
    assert set(settings.secret_names()) - listed == {"SNOWFLAKE_ADMIN_PASSWORD"}


@pytest.mark.services
def test_the_state_is_closed_to_others(stack: dict[str, str]) -> None:
    root = Path(stack["PIPELINE_STATE"])
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    password = root / "run" / "connect-rest-password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    holders = [
        file
        for file in root.rglob("*")
        if file.is_file()
        and file.stat().st_mode & 0o077
        and any(
            stack[name].encode() in file.read_bytes()
            for name in settings.secret_names()
            if stack.get(name)
        )
    ]
    assert holders == []
