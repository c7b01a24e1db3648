"""A landing that waits for Snowflake says so, and does not wait for ever."""

from __future__ import annotations

import time

import pytest
import snowflake.connector
from snowflake.connector import connection

from dags.landing import snowflake as warehouse
from dags.landing import waiting
from settings.errors import SettingError
from tests.conftest import eventually, free_ports

LOCAL = {
    "SNOWFLAKE_ACCOUNT": "local",
    "SNOWFLAKE_PASSWORD": "local-x",
    "SNOWFLAKE_HOST": "127.0.0.1",
}


def test_a_wait_is_said_again_and_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(waiting, "SAID_EVERY", 0.01)
    with waiting.said_while_waiting("copy into x"):
        assert eventually(lambda: caplog.text.count("copy into x: waiting for Snowflake") > 2)


def test_a_server_that_is_away_is_given_up_after_the_set_time() -> None:
    [port] = map(str, free_ports(1))
    began = time.monotonic()
    with pytest.raises(snowflake.connector.Error):
        warehouse.connect_from_env(LOCAL | {"SNOWFLAKE_PORT": port, "SNOWFLAKE_TIMEOUT": "1"})
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("value", ["0", "-1", "soon", "1.5"])
def test_a_time_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SettingError, match="SNOWFLAKE_TIMEOUT"):
        waiting.timeouts({"SNOWFLAKE_TIMEOUT": value})


def test_connections_of_others_in_this_process_are_bounded_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    defaults = dict(connection.DEFAULT_CONFIGURATION)
    monkeypatch.setattr(connection, "DEFAULT_CONFIGURATION", defaults)
    monkeypatch.setenv("SNOWFLAKE_TIMEOUT", "7")
    waiting.bound_every_wait()
    assert defaults["network_timeout"][0] == 7
    assert defaults["login_timeout"][0] == 7
    assert defaults["socket_timeout"][0] == 7
