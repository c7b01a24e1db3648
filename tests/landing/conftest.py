"""Postgres and the local Snowflake, shared; a database of its own in each for every test."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from bootstrap.postgres import provision
from dags.landing import macros, snowflake
from dags.landing.feeds import DBT_PROJECT, FileFeed, StreamFeed, find
from tests.conftest import Bootstrap, running
from tests.shared import Shared

Change = Callable[..., FileFeed]


@pytest.fixture
def services(shared: Shared, bootstrap: Bootstrap) -> dict[str, str]:
    """Settings of a running Postgres and local Snowflake."""
    return shared.once("warehouse", lambda: running(bootstrap, "postgres", "snowflake"))


class Warehouse:
    """A Snowflake database for one test."""

    def query(self, text: str, *binds: Any) -> list[tuple[Any, ...]]:
        with closing(snowflake.connect_from_env()) as connection:
            return snowflake.rows(connection, text, binds)

    def ledger(self, feed: str) -> dict[str, tuple[Any, ...]]:
        """File -> (state, parsed, loaded, rejected) of its newest line."""
        return {
            name: tuple(rest)
            for name, *rest in self.query(
                "select source_file, state, rows_parsed, rows_loaded, rows_rejected"
                " from RAW.LANDED_FILES where feed = %s order by staged_at",
                feed,
            )
        }

    def count(self, table: str) -> int:
        return int(self.query(f"select count(*) from RAW.{table}")[0][0])


@pytest.fixture
def warehouse(services: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """An empty database, to which landing and dbt in this process are pointed."""
    for name, value in services.items():
        if name.startswith("SNOWFLAKE_") or name == "PIPELINE_STATE":
            monkeypatch.setenv(name, value)
    database = f"T{secrets.token_hex(4)}".upper()
    with closing(snowflake.connect_from_env()) as connection:
        snowflake.rows(connection, f"create database {database}")
        snowflake.rows(connection, f"create schema {database}.RAW")
        monkeypatch.setenv("SNOWFLAKE_DATABASE", database)
        monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
        yield Warehouse()
        snowflake.rows(connection, f"drop database {database}")


@pytest.fixture
def sink(services: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    """A superuser's connection to an empty database with the sink table and the unload view."""
    for name, value in services.items():
        if name.startswith("POSTGRES_") or name.endswith("_PASSWORD"):
            monkeypatch.setenv(name, value)
    database = f"t{secrets.token_hex(4)}"
    monkeypatch.setenv("POSTGRES_DB", database)
    provision.apply()
    with provision.connect(database) as connection:
        connection.execute(
            "set role dbt_operational;"
            "create view operational.unload_transactions as select * from public.transactions_sink;"
            "reset role"
        )
        yield connection
    with provision.connect("postgres") as server:
        server.execute(sql.SQL("drop database {} (force)").format(sql.Identifier(database)))


@pytest.fixture
def transactions() -> FileFeed:
    feed = find("transactions_batch_csv")
    assert isinstance(feed, FileFeed)
    return feed


@pytest.fixture
def users() -> FileFeed:
    feed = find("user_registrations")
    assert isinstance(feed, FileFeed)
    return feed


@pytest.fixture
def stream() -> StreamFeed:
    feed = find("transactions_streaming_kafka")
    assert isinstance(feed, StreamFeed)
    return feed


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    """A folder for files to land."""
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Edits the block of a file feed, in a copy of the project."""
    project = tmp_path / "project"
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(DBT_PROJECT, project, ignore=ignored)
    sources = project / "models" / "sources" / "raw.yml"
    before = sources.read_text()
    words = [word.replace(str(DBT_PROJECT), str(project)) for word in macros._PROJECT]
    monkeypatch.setattr(macros, "_PROJECT", words)

    def edit(*changes: tuple[str, str]) -> FileFeed:
        start = before.index("- name: transactions_batch_csv")
        block = before[start:]
        for old, new in changes:
            assert old in block
            block = block.replace(old, new, 1)
        sources.write_text(before[:start] + block)
        # What was parsed before is restored with the rest.
        monkeypatch.setattr(macros.macros(), "_runner", None)
        feed = find("transactions_batch_csv", sources.parent)
        assert isinstance(feed, FileFeed)
        return feed

    return edit
