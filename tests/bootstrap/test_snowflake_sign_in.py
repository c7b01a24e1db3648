"""An account is signed in to with what belongs to it, never with the local server's password."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import settings
from dags.landing.snowflake import parameters_from_env
from settings import dotenv_file, environment
from tests.conftest import ROOT

ACCOUNT = {"SNOWFLAKE_ACCOUNT": "myorg-myaccount"}


def test_a_key_pair_comes_before_a_token_and_a_token_before_a_password() -> None:
    env = ACCOUNT | {"SNOWFLAKE_PASSWORD": "word"}
    assert parameters_from_env(env)["password"] == "word"
    env["SNOWFLAKE_TOKEN"] = "token"
    assert parameters_from_env(env)["password"] == "token"
    env |= {"SNOWFLAKE_PRIVATE_KEY_FILE": "/keys/a.p8", "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": "pass"}
    found = parameters_from_env(env)
    assert (found["private_key_file"], found["private_key_file_pwd"]) == ("/keys/a.p8", "pass")
    assert "password" not in found


def test_the_password_of_the_local_server_is_never_sent_to_an_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (settings, environment, dotenv_file):
        monkeypatch.setattr(module, "ENV_FILE", tmp_path / ".env")
    dotenv_file.write_once()
    drawn = dotenv_file.values(settings.ENV_FILE.read_text())["SNOWFLAKE_PASSWORD"] or ""
    for env in (ACCOUNT, ACCOUNT | {"SNOWFLAKE_PASSWORD": drawn}):
        with pytest.raises(settings.SettingError, match=r"PRIVATE_KEY_FILE.*TOKEN.*PASSWORD"):
            parameters_from_env(env)
        dbt = subprocess.run(
            [Path(sys.executable).parent / "dbt", "parse", "--target-path", str(tmp_path)],
            cwd=ROOT / "dbt_project",
            env={"PATH": os.environ["PATH"], "DBT_LOG_PATH": str(tmp_path)} | env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert dbt.returncode
        assert "SNOWFLAKE_PRIVATE_KEY_FILE, SNOWFLAKE_TOKEN or SNOWFLAKE_PASSWORD" in dbt.stdout


@pytest.mark.parametrize(
    ("written", "meant"),
    [("~/a.p8", Path.home() / "a.p8"), ("keys/a.p8", ROOT / "keys" / "a.p8"), ("/a.p8", "/a.p8")],
)
def test_a_key_file_is_the_same_in_every_folder(
    monkeypatch: pytest.MonkeyPatch, written: str, meant: Path | str
) -> None:
    env = os.environ | {"SNOWFLAKE_PRIVATE_KEY_FILE": written}
    assert parameters_from_env(env)["private_key_file"] == str(meant)
    monkeypatch.setattr(os, "environ", env)
    settings.load_env()
    assert env["SNOWFLAKE_PRIVATE_KEY_FILE"] == str(meant)
