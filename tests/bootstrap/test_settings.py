"""Settings come from the environment, then .env, then .env.example."""

from __future__ import annotations

import os
import stat
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from dotenv import dotenv_values, load_dotenv

import settings
from settings import dotenv_file, environment


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting in the environment, and an .env file that does not exist yet."""
    known = dotenv_values(settings.EXAMPLE_FILE)
    # A copy, because load_env sets what the test did not name.
    own = {name: value for name, value in os.environ.items() if name not in known}
    monkeypatch.setattr(os, "environ", own)
    for module in (settings, environment, dotenv_file):
        monkeypatch.setattr(module, "ENV_FILE", tmp_path / ".env")


def test_an_environment_variable_wins_and_moves_what_is_made_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAFKA_PORT", "19999")
    settings.load_env()
    assert settings.get("KAFKA_BOOTSTRAP_SERVERS") == "127.0.0.1:19999"


def test_a_password_may_hold_a_dollar_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNLOAD_PASSWORD", "a$HOME${PATH}b")
    settings.load_env()
    assert settings.get("UNLOAD_PASSWORD") == "a$HOME${PATH}b"


def test_what_is_empty_in_env_file_stays_unset_when_a_library_reads_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """dbt does; AWS's client takes a region that is set and empty for one."""
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED", raising=False)
    settings.ENV_FILE.write_text("AWS_DEFAULT_REGION=\n")
    settings.load_env()
    load_dotenv(settings.ENV_FILE)
    assert "AWS_DEFAULT_REGION" not in os.environ


def test_env_file_is_written_once_with_secrets_that_only_its_owner_can_read() -> None:
    assert dotenv_file.write_once()
    first = settings.ENV_FILE.read_text()
    assert stat.S_IMODE(settings.ENV_FILE.stat().st_mode) == 0o600
    values = dotenv_values(settings.ENV_FILE)
    Fernet(values["AIRFLOW_FERNET_KEY"] or "")
    assert all(values[name] for name in values if name.endswith(("_PASSWORD", "_SECRET")))
    # Of HMAC-SHA512, with which Airflow signs its tokens.
    assert len(values["AIRFLOW_JWT_SECRET"] or "") == 64

    assert not dotenv_file.write_once()
    assert settings.ENV_FILE.read_text() == first


def test_a_short_env_file_of_ones_own_is_completed_once() -> None:
    own = "KAFKA_PORT=19092\nUNLOAD_PASSWORD=mine"
    first = dotenv_file.completed(own, kept="")
    values = dotenv_values(stream=StringIO(first))
    assert (values["KAFKA_PORT"], values["UNLOAD_PASSWORD"]) == ("19092", "mine")
    assert all(values[name] for name in dotenv_values(settings.EXAMPLE_FILE) if name in values)
    Fernet(values["AIRFLOW_FERNET_KEY"] or "")
    assert dotenv_file.completed(own, kept=first) == first
    other = dotenv_values(stream=StringIO(dotenv_file.completed("UNLOAD_PASSWORD=new", kept=first)))
    assert other["UNLOAD_PASSWORD"] == "new"
    assert other["CONNECT_SINK_PASSWORD"] == values["CONNECT_SINK_PASSWORD"]


def test_a_short_env_file_gains_the_secrets_it_lacks_and_keeps_its_lines() -> None:
    settings.ENV_FILE.write_text("AIRFLOW_PORT=18080\nUNLOAD_PASSWORD=mine")
    settings.load_env()
    assert dotenv_file.complete({"CONNECT_SINK_PASSWORD": "drawn before"})
    text = settings.ENV_FILE.read_text()
    assert text.startswith("AIRFLOW_PORT=18080\nUNLOAD_PASSWORD=mine\n")
    assert text.count("UNLOAD_PASSWORD") == 1
    settings.load_env()
    assert settings.get("CONNECT_SINK_PASSWORD") == "drawn before"
    assert settings.get("POSTGRES_PASSWORD")
    assert not dotenv_file.complete()


@pytest.mark.parametrize("value", ["0", "70000", "http", "80.5"])
def test_a_port_that_is_none_names_the_setting(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setitem(os.environ, "KAFKA_PORT", value)
    with pytest.raises(settings.SettingError, match="KAFKA_PORT"):
        settings.port("KAFKA_PORT")


def test_a_missing_setting_says_what_writes_it() -> None:
    with pytest.raises(settings.SettingError, match=r"UNLOAD_PASSWORD.*make up.*\.env\.example"):
        settings.get("UNLOAD_PASSWORD")


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("http://127.0.0.1:8083", "http://pipeline:p%40ss@127.0.0.1:8083"),
        ("http://localhost:8083/", "http://pipeline:p%40ss@localhost:8083/"),
        ("http://me:mine@127.0.0.1:8083", "http://me:mine@127.0.0.1:8083"),
        ("https://connect.example.com", "https://connect.example.com"),
        ("http://127.0.0.1.example.com", "http://127.0.0.1.example.com"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_the_password_of_this_machines_connect_goes_to_nobody_else(url: str, reached: str) -> None:
    secret = {"CONNECT_REST_PASSWORD": "p@ss"}
    assert settings.connect_url({"CONNECT_URL": url} | secret) == reached
    assert settings.connect_url({"CONNECT_URL": url}) == url


def test_a_supervisor_is_given_only_the_secrets_that_no_file_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.ENV_FILE.write_text("UNLOAD_PASSWORD=in-the-file\nREDIS_PASSWORD=in-the-file\n")
    monkeypatch.setenv("REDIS_PASSWORD", "of-the-shell")
    monkeypatch.setenv("SNOWFLAKE_TOKEN", "of-the-shell")
    settings.load_env()
    kept = settings.without_secrets(settings.only_in_environment())
    assert (kept["REDIS_PASSWORD"], kept["SNOWFLAKE_TOKEN"]) == ("of-the-shell", "of-the-shell")
    assert "in-the-file" not in kept.values()


@pytest.mark.parametrize("name", [".env", ".env.local", ".env.bak", "prod.env", "sub/.env"])
def test_files_of_settings_are_not_committed(name: str) -> None:
    def is_ignored(file: str) -> bool:
        command = ["git", "check-ignore", "--quiet", "--no-index", file]
        return not subprocess.run(command, cwd=settings.ROOT, check=False).returncode

    assert is_ignored(name)
    assert not is_ignored(".env.example")
