"""What a landing needs is tried in seconds; what is wrong is named, with what it stops."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import snowflake.connector as connector

from dags.landing import checks, feeds, postgres, snowflake
from dags.landing.macros import macros

pytestmark = pytest.mark.services


@pytest.fixture
def check(warehouse: Any, sink: psycopg.Connection, incoming: Path) -> Callable[..., Any]:
    """Checks a place where everything is; gives what it found stopped."""
    macros().run_operation("ensure_landing")

    def run(
        source: Callable[[], Any] = postgres.connect_from_env,
        target: Callable[[], Any] = snowflake.connect_from_env,
        folder: Path = incoming,
    ) -> dict[str, str]:
        try:
            checks.check_all(source, target, folder, feeds.load())
        except checks.CheckError as error:
            return error.stopped
        return {}

    return run


def test_all_is_well_in_less_than_three_seconds(check: Callable[..., Any]) -> None:
    began = time.monotonic()
    assert check() == {}
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("gone", "stops"),
    [
        ("stage RAW.STG_USER_REGISTRATIONS", "user_registrations"),
        ("table RAW.TRANSACTIONS_BATCH_CSV", "transactions_batch_csv"),
        ("table RAW.LANDED_FILES", "Snowflake"),
        ("table RAW.QUARANTINE", "Snowflake"),
    ],
)
def test_what_is_gone_stops_what_needs_it(
    check: Callable[..., Any], warehouse: Any, gone: str, stops: str
) -> None:
    warehouse.query(f"drop {gone}")
    assert check() == {stops: check()[stops]}
    assert f"the {gone} is gone" in check()[stops]


def test_each_system_is_told_apart(
    check: Callable[..., Any], sink: psycopg.Connection, tmp_path: Path
) -> None:
    sink.execute("drop schema operational cascade")
    sink.commit()
    no_host = partial(connector.connect, **_elsewhere(host="no-such-host.invalid"))
    found = check(target=no_host, folder=tmp_path / "nowhere")
    assert set(found) == {"transactions_streaming_kafka", "Snowflake", "Files"}
    assert (
        "schema of operational.unload_transactions is not" in found["transactions_streaming_kafka"]
    )
    assert "no such host: check its name" in found["Snowflake"]
    assert "nowhere is not a folder" in found["Files"]


def test_an_unreachable_postgres_is_transient(
    check: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("POSTGRES_PORT", "1")
        found = check()
    assert set(found) == {"Postgres"}
    assert "nothing listens there" in found["Postgres"]
    assert checks.is_transient(found["Postgres"])


def test_a_table_that_may_not_be_written_is_named() -> None:
    """As an account says it; the local server has no roles."""

    class Cursor:
        def __enter__(self) -> Cursor:
            return self

        def __exit__(self, *_: Any) -> None:
            pass

        def execute(self, query: str, _: Any) -> None:
            raise connector.ProgrammingError(
                "Insufficient privileges to operate on table 'LANDED_FILES'"
            )

    class Connection:
        def cursor(self) -> Cursor:
            return Cursor()

    [fault] = checks._may_not_write(Connection(), "RAW.LANDED_FILES", "Snowflake")  # type: ignore[arg-type]
    assert fault.text.startswith(
        "Snowflake, writing to RAW.LANDED_FILES: the role lacks a privilege ("
    )


def _elsewhere(**changed: Any) -> dict[str, Any]:
    return snowflake.parameters_from_env(os.environ) | {"login_timeout": 5} | changed
