"""The server a test talks to, and statements sent to it."""

from __future__ import annotations

import gzip
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

from dags.landing.snowflake import parameters_from_env

ROOT = Path(__file__).resolve().parent.parent.parent
USER, PASSWORD = "TESTER", "not-a-secret"


def is_real_account() -> bool:
    account = os.environ.get("SNOWFLAKE_ACCOUNT", "local")
    return os.environ.get("TEST_SNOWFLAKE") == "1" and account not in ("", "local")


class LocalServer:
    """The server as a process, which a test may kill and start again."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data, self.options = data, options
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "local_snowflake", "--database", "PIPELINE"),
                *("--port", str(self.port), "--data", str(self.data), *self.options),
            ],
            cwd=ROOT,
            env={**os.environ, "SNOWFLAKE_USER": USER, "SNOWFLAKE_PASSWORD": PASSWORD},
        )
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the server stopped while starting"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.02)
        self.stop(signal.SIGKILL)
        raise AssertionError("the server did not become ready")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def connect(self, **settings: Any) -> SnowflakeConnection:
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
        return snowflake.connector.connect(**defaults | settings)


def connect_to_account(**settings: Any) -> SnowflakeConnection:
    """Sign in to the account that SNOWFLAKE_* names, as the landing does."""
    return snowflake.connector.connect(**parameters_from_env(os.environ) | settings)


class Database:
    """Runs statements in a schema of the test's own."""

    def __init__(self, connection: SnowflakeConnection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder

    def __call__(self, sql: str, params: Any = None) -> list[tuple[Any, ...]]:
        """The rows a statement answers with."""
        return self.connection.cursor().execute(sql, params).fetchall()  # type: ignore[union-attr]

    def value(self, sql: str, params: Any = None) -> Any:
        """The one value of a query."""
        (row,) = self(sql, params)
        (value,) = row
        return value

    def error(self, sql: str) -> Error:
        """The error a statement fails with, within the time of one request."""
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
    return gzip.compress(text.encode() if isinstance(text, str) else text)
