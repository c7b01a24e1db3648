"""The settings sign in to the local server, which runs here as a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from account import PASSWORD, USER, LocalServer
from snowflake.connector.errors import Error

from bootstrap.snowflake import keys
from dags.landing.snowflake import connect_from_env, rows


def test_the_landing_signs_in_with_the_key_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", "secret words")
    private, public = tmp_path / "key.p8", tmp_path / "public.pem"
    public.write_text(keys.create(private))
    server = LocalServer(tmp_path / "data", env={"SNOWFLAKE_PUBLIC_KEY_FILE": str(public)})
    server.start()
    try:
        settings = {
            "SNOWFLAKE_USER": USER,
            "SNOWFLAKE_PORT": str(server.port),
            "SNOWFLAKE_PRIVATE_KEY_FILE": str(private),
            "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": "secret words",
        }
        with connect_from_env(settings) as connection:
            assert rows(connection, "SELECT CURRENT_USER()") == [(USER,)]
    finally:
        server.stop()


def test_the_landing_signs_in_with_a_token_before_a_password(tmp_path: Path) -> None:
    server = LocalServer(tmp_path / "data", env={"SNOWFLAKE_TOKEN": "a-token"})
    server.start()
    try:
        port = {"SNOWFLAKE_USER": USER, "SNOWFLAKE_PORT": str(server.port)}
        connect_from_env(port | {"SNOWFLAKE_TOKEN": "a-token"}).close()
        connect_from_env(port | {"SNOWFLAKE_PASSWORD": PASSWORD}).close()
        with pytest.raises(Error, match="Incorrect username or password"):
            connect_from_env(port | {"SNOWFLAKE_TOKEN": "another"})
    finally:
        server.stop()
