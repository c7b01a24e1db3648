"""RUNTIME=docker hands to Docker Compose what the native runtime would do, without an engine."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

import settings
from bootstrap.containers import compose
from bootstrap.native import reset

QUIET = Console(file=io.StringIO())


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The commands that reach docker, each with LOCAL_SNOWFLAKE in front."""
    commands: list[list[str]] = []

    def run(*words: str, check: bool = True) -> int:
        del check
        commands.append([compose._environment()["LOCAL_SNOWFLAKE"], *words])
        return 0

    monkeypatch.setattr(os, "environ", dict(os.environ) | {"AIRFLOW_EXECUTOR": "LocalExecutor"})
    monkeypatch.setattr(compose, "_compose", run)
    monkeypatch.setattr(compose, "take_settings", lambda console: None)
    monkeypatch.setattr(settings, "ENV_FILE", tmp_path / "own.env")
    return commands


def test_reset_asks_before_it_deletes_volumes(
    sent: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reset.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda: "no")
    assert compose.reset(confirmed=False, console=QUIET) == 1
    assert sent == []
    monkeypatch.setattr("builtins.input", lambda: "yes")
    assert compose.reset(confirmed=False, console=QUIET) == 0
    assert sent[0][-1] == "--volumes"


def test_named_services_are_started_and_no_others(sent: list[list[str]]) -> None:
    assert compose.up(QUIET, ["kafka", "postgres"]) == 0
    assert sent[-1][-3:] == ["--wait", "kafka", "postgres"]


@pytest.mark.parametrize(("account", "servers"), [("local", "1"), ("myorg-myaccount", "0")])
def test_an_account_leaves_the_local_server_out(
    sent: list[list[str]], account: str, servers: str
) -> None:
    os.environ["SNOWFLAKE_ACCOUNT"] = account
    compose.up(QUIET, ["airflow-scheduler"])
    assert {command[0] for command in sent} == {servers}


def test_compose_reads_the_env_file_that_the_tools_read() -> None:
    assert compose._words("ps") == ["compose", "ps"]
    os.environ["PIPELINE_ENV_FILE"] = "own.env"
    with pytest.raises(compose.ComposeError, match=r"own\.env.*COMPOSE_PROJECT_NAME"):
        compose._words("ps")
    settings.ENV_FILE.touch()
    assert compose._words("ps") == ["compose", "--env-file", str(settings.ENV_FILE), "ps"]
    assert compose._environment()["PIPELINE_ENV_FILE"] == str(settings.ENV_FILE)
