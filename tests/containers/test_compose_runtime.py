"""RUNTIME=docker hands to Docker Compose what the native runtime would do, without an engine."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

import settings
from bootstrap import cli, preflight
from bootstrap.containers import compose, runtime, states
from bootstrap.containers.runtime import Containers
from settings import UsageError

QUIET = Console(file=io.StringIO())
SERVICES = {"kafka": "KAFKA_PORT", "postgres": "POSTGRES_PORT", "airflow-scheduler": None}


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The commands that reach docker, each with LOCAL_SNOWFLAKE in front."""
    commands: list[list[str]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        commands.append([compose.environment()["LOCAL_SNOWFLAKE"], *words])
        return subprocess.Popen([sys.executable, "-c", ""])

    def output(*words: str) -> str:
        if "--services" in words:
            return "\n".join(SERVICES)
        published = {
            name: {"ports": [{"published": str(settings.port(port))}]} if port else {}
            for name, port in SERVICES.items()
        }
        return json.dumps({"services": published})

    monkeypatch.setattr(os, "environ", dict(os.environ) | {"RUNTIME": "docker"})
    settings.load_env()
    os.environ.pop("PIPELINE_ENV_FILE", None)
    monkeypatch.setattr(compose, "start", start)
    monkeypatch.setattr(compose, "output", output)
    monkeypatch.setattr(Containers, "services", lambda self: {})
    monkeypatch.setattr(preflight, "_is_free", lambda port: True)
    monkeypatch.setattr(runtime, "_take_settings", lambda console: None)
    monkeypatch.setattr(settings, "ENV_FILE", tmp_path / "own.env")
    return commands


def test_reset_asks_before_it_deletes_volumes(
    sent: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda: "no")
    assert cli.main(["reset"]) == 1
    assert sent == []
    monkeypatch.setattr("builtins.input", lambda: "yes")
    assert cli.main(["reset"]) == 0
    assert sent[0][-1] == "--volumes"


def test_reset_deletes_nothing_where_nobody_can_be_asked(
    sent: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert cli.main(["reset"]) == 2
    assert "add --yes" in capsys.readouterr().err
    assert sent == []


def test_named_services_are_started_and_no_others(sent: list[list[str]]) -> None:
    Containers().up(["kafka", "postgres"], QUIET, print)
    assert sent[-1][-3:] == ["--wait", "kafka", "postgres"]


@pytest.mark.parametrize("verb", ["up", "logs"])
def test_an_unknown_service_is_answered_with_the_known_ones(
    sent: list[list[str]], capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    assert cli.main([verb, "kafak"]) == UsageError.exit_code
    assert "'kafak'; known: airflow-scheduler, kafka, postgres" in capsys.readouterr().err
    assert sent == []


def test_a_port_in_use_starts_nothing(
    sent: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preflight, "_is_free", lambda port: port != settings.port("KAFKA_PORT"))
    assert cli.main(["up", "kafka"]) == 1
    assert "set KAFKA_PORT in .env to a free port" in capsys.readouterr().err
    assert sent == []


def test_a_container_that_is_not_well_may_hold_its_port(
    sent: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    unwell = {"state": "unhealthy", "address": "127.0.0.1:9092", "seconds_up": 9}
    monkeypatch.setattr(Containers, "services", lambda self: {"kafka": unwell})
    monkeypatch.setattr(runtime, "_logs_of_failed", lambda found: "")
    monkeypatch.setattr(preflight, "_is_free", lambda port: port != settings.port("KAFKA_PORT"))
    Containers().up(["kafka"], QUIET, print)
    assert sent[-1][-2:] == ["--wait", "kafka"]


def test_only_ports_of_services_that_do_not_run_must_be_free() -> None:
    assert runtime._ports(["kafka", "postgres"], without={"kafka"}) == ["POSTGRES_PORT"]


@pytest.mark.parametrize(("account", "servers"), [("local", "1"), ("myorg-myaccount", "0")])
def test_an_account_leaves_the_local_server_out(
    sent: list[list[str]], account: str, servers: str
) -> None:
    os.environ["SNOWFLAKE_ACCOUNT"] = account
    Containers().up(["airflow-scheduler"], QUIET, print)
    assert {command[0] for command in sent} == {servers}


def test_compose_reads_the_env_file_that_the_tools_read() -> None:
    assert compose.command("ps") == ["compose", "ps"]
    os.environ["PIPELINE_ENV_FILE"] = "own.env"
    with pytest.raises(compose.ComposeError, match=r"own\.env.*COMPOSE_PROJECT_NAME"):
        compose.command("ps")
    settings.ENV_FILE.touch()
    assert compose.command("ps") == ["compose", "--env-file", str(settings.ENV_FILE), "ps"]
    assert compose.environment()["PIPELINE_ENV_FILE"] == str(settings.ENV_FILE)


def test_a_container_that_is_replaced_meanwhile_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = compose.ComposeError("`docker inspect old` failed: Error: No such object: old")
    ids, answers = iter(["old", "new"]), iter([gone, None])

    def inspect(*words: str) -> str:
        if error := next(answers):
            raise error
        return "[]"

    monkeypatch.setattr(compose, "output", lambda *words: next(ids))
    monkeypatch.setattr(compose, "docker_output", inspect)
    assert states.find() == {}
    assert next(ids, None) is None


def test_an_engine_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def inspect(*words: str) -> str:
        raise compose.ComposeError("`docker inspect` failed: no engine")

    monkeypatch.setattr(compose, "output", lambda *words: "one")
    monkeypatch.setattr(compose, "docker_output", inspect)
    with pytest.raises(compose.ComposeError, match="no engine"):
        states.find()
