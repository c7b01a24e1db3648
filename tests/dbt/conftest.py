"""A warehouse of the tests' own, and dbt in this process, pointed at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from dags.landing import quick_flags  # noqa: F401 - changes dbt
from tests.conftest import free_ports

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = ROOT / "dbt_project"
SCHEMAS = ("RAW", "STAGING", "INTERMEDIATE", "MARTS", "SNAPSHOTS")


@dataclass(frozen=True)
class Dbt:
    """Runs dbt commands on the project; artifacts and logs stay in a folder of the tests.

    manifest: the project as read before, so that a command need not read it again.
    settings: variables of a command, in addition to those of the tests.
    """

    folder: Path
    manifest: Manifest | None = None
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str) -> Any:
        """What the command returns.

        Raises:
            AssertionError: it failed; with the messages of the nodes that did.
        """
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
            for name, value in self.settings.items():
                patch.setenv(name, value)
            done = dbtRunner(manifest=self.manifest).invoke(
                [
                    *("--quiet", "--no-use-colors", "--no-write-json"),
                    *("--log-path", str(self.folder / "logs")),
                    *words,
                    *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                    *("--target-path", str(self.folder / "target")),
                ]
            )
        results = getattr(done.result, "results", [])
        failed = [f"{r.node.name}: {r.message}" for r in results if r.status in ("error", "fail")]
        assert done.success, "\n".join(failed) or str(done.exception)
        return done.result


@dataclass(frozen=True)
class Warehouse:
    """A local Snowflake server with the project's raw tables, as their sources declare them."""

    connection: snowflake.connector.SnowflakeConnection

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.cursor().execute(sql).fetchall()  # type: ignore[union-attr]

    def columns(self, table: str) -> list[str]:
        cursor = self.connection.cursor()
        cursor.execute(f"select * from PIPELINE.{table} limit 0")
        return [column.name for column in cursor.description]

    def create_raw_tables(self, manifest: Manifest) -> None:
        for schema in SCHEMAS:
            self.query(f"create schema if not exists PIPELINE.{schema}")
        for source in manifest.sources.values():
            columns = ", ".join(f"{c.name} {c.data_type}" for c in source.columns.values())
            self.query(f"create or replace table PIPELINE.RAW.{source.identifier} ({columns})")

    def insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Rows with a value for each column, in one statement."""
        if not rows:
            return
        values = ", ".join("(" + ", ".join(map(_literal, row)) + ")" for row in rows)
        self.query(f"insert into PIPELINE.RAW.{table} values {values}")


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Settings of a local Snowflake server; it is stopped at the end."""
    port = str(free_ports(1)[0])
    settings = {
        "SNOWFLAKE_ACCOUNT": "local",
        "SNOWFLAKE_HOST": "127.0.0.1",
        "SNOWFLAKE_PORT": port,
        "SNOWFLAKE_USER": "PIPELINE",
        "SNOWFLAKE_PASSWORD": "of-the-tests",
        "SNOWFLAKE_PRIVATE_KEY_FILE": "",
        "SNOWFLAKE_DATABASE": "PIPELINE",
        "SNOWFLAKE_SCHEMA": "STAGING",
    }
    data = str(tmp_path_factory.mktemp("snowflake"))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "local_snowflake"),
            *("--host", "127.0.0.1", "--port", port, "--data", data, "--database", "PIPELINE"),
        ],
        cwd=ROOT,
        env=os.environ | settings,
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/health", process)
        yield settings
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=120)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within {seconds} s")


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """dbt without a warehouse: enough to parse."""
    return Dbt(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def manifest(dbt: Dbt) -> Manifest:
    """The project as dbt understands it for Snowflake."""
    return dbt("parse", "--show-all-deprecations", "--warn-error")


@pytest.fixture(scope="session")
def warehouse(server: dict[str, str], dbt: Dbt, manifest: Manifest) -> Iterator[Warehouse]:
    """A warehouse with empty raw tables; from here on dbt is pointed at it."""
    dbt.settings.update(server)
    with snowflake.connector.connect(
        account="local",
        host=server["SNOWFLAKE_HOST"],
        port=int(server["SNOWFLAKE_PORT"]),
        protocol="http",
        user=server["SNOWFLAKE_USER"],
        password=server["SNOWFLAKE_PASSWORD"],
        database="PIPELINE",
    ) as connection:
        warehouse = Warehouse(connection)
        warehouse.create_raw_tables(manifest)
        yield warehouse
