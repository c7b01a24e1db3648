"""The server a test talks to, and statements sent to it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

USER, PASSWORD = "TESTER", "not-a-secret"
#: JSON: what snowflake.connector.connect takes, database included. Empty for the local server.
ACCOUNT_VARIABLE = "LOCAL_SNOWFLAKE_TEST_ACCOUNT"


def is_real_account() -> bool:
    """Whether the tests run on an account instead of the local server."""
    return bool(os.environ.get(ACCOUNT_VARIABLE))


def start_command(*options: str) -> list[str]:
    """The words that start a server of the installed package."""
    return [sys.executable, "-m", "local_snowflake", *options]


def run_until_exit(
    *options: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A server that is expected not to start, with its exit code and output."""
    return subprocess.run(
        start_command(*options),
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class LocalServer:
    """The server as a process, which a test may kill and start again.

    Args:
        data: the folder for databases and stages.
        options: more words of the command line.
        env: variables besides SNOWFLAKE_USER and SNOWFLAKE_PASSWORD.
    """

    def __init__(self, data: Path, *options: str, env: Mapping[str, str] | None = None) -> None:
        self.data, self.options, self.env = data, options, env or {}
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        self._connections: list[SnowflakeConnection] = []

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        own = {"SNOWFLAKE_USER": USER, "SNOWFLAKE_PASSWORD": PASSWORD, **self.env}
        options = ("--port", str(self.port), "--data", str(self.data), *self.options)
        self.process = subprocess.Popen(start_command(*options), env={**os.environ, **own})
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server stopped while starting"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=60):
                    return
            except OSError:
                time.sleep(0.02)
        self.stop(signal.SIGKILL)
        raise AssertionError("the server did not become ready")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=120)

    def connect(self, **settings: Any) -> SnowflakeConnection:
        """A connection of the user TESTER; `settings` are parameters of the connector."""
        defaults: dict[str, Any] = {
            "account": "local",
            "host": "127.0.0.1",
            "port": self.port,
            "protocol": "http",
            "user": USER,
            "password": PASSWORD,
            "database": "PIPELINE",
            "schema": "PUBLIC",
            "login_timeout": 10,
        }
        connection = snowflake.connector.connect(**defaults | settings)
        self._connections.append(connection)
        return connection

    def close(self) -> None:
        """Close what is connected, and stop; the connector would try it when Python ends."""
        for connection in self._connections:
            connection.close(retry=False)
        if self.process and self.process.poll() is None:
            assert self.stop() == 0


def connect_to_account(**settings: Any) -> SnowflakeConnection:
    """A connection to the account of LOCAL_SNOWFLAKE_TEST_ACCOUNT."""
    return snowflake.connector.connect(**json.loads(os.environ[ACCOUNT_VARIABLE]) | settings)


class Database:
    """Runs statements in a schema of the test's own."""

    def __init__(self, connection: SnowflakeConnection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder

    def __call__(self, sql: str, params: Any = None) -> list[tuple[Any, ...]]:
        """The rows that a statement returns."""
        return self.connection.cursor().execute(sql, params).fetchall()  # type: ignore[union-attr]

    def value(self, sql: str, params: Any = None) -> Any:
        """The one value of a query."""
        (row,) = self(sql, params)
        (value,) = row
        return value

    def error(self, sql: str) -> Error:
        """The error that a statement fails with, without a retry by the connector."""
        with pytest.raises(Error) as caught:
            self.connection.cursor().execute(sql, timeout=20)
        return caught.value

    def put(self, stage: str, name: str, content: bytes | str, **options: Any) -> None:
        """Stage a file with this content, as it is."""
        file = self.folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        settings = " ".join(f"{key} = {value}" for key, value in options.items())
        self(f"PUT 'file://{file}' @{stage} AUTO_COMPRESS = FALSE OVERWRITE = TRUE {settings}")


def gzipped(text: str | bytes) -> bytes:
    """The text as a gzip file."""
    return gzip.compress(text.encode() if isinstance(text, str) else text, mtime=0)
