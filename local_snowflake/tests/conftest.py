"""The conformance suite: what Snowflake's documentation promises, asked of a server.

By default of the local one, started here on a free port. With the parameters of a connection in
LOCAL_SNOWFLAKE_TEST_ACCOUNT the same tests run on that account, in schemas of their own that are
dropped at the end. Tests that ask for `server` are about the local server's process and are skipped
there.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from account import Database, LocalServer, connect_to_account, is_real_account
from snowflake.connector import SnowflakeConnection


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer | None]:
    """The local server that all tests share; None on a real account."""
    if is_real_account():
        yield None
        return
    local = LocalServer(tmp_path_factory.mktemp("snowflake"))
    local.start()
    yield local
    local.close()


@pytest.fixture(scope="session")
def connect(local: LocalServer | None) -> Any:
    """Opens a connection; takes parameters of the connector."""
    return local.connect if local else connect_to_account


@pytest.fixture(scope="module")
def connection(connect: Any) -> Iterator[SnowflakeConnection]:
    """One connection per module, in a schema that is dropped with it."""
    schema = f"TEST_{secrets.token_hex(4).upper()}"
    with closing(connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("ALTER SESSION SET TIMEZONE = 'UTC'")
        cursor.execute(f"CREATE SCHEMA {schema}")
        try:
            yield connection
        finally:
            cursor.execute("ROLLBACK")
            cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


@pytest.fixture
def db(connection: SnowflakeConnection, tmp_path: Path) -> Iterator[Database]:
    """Statements for one test; a transaction it leaves open is rolled back."""
    yield Database(connection, tmp_path)
    connection.cursor().execute("ROLLBACK")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    """A local server for one test, to be killed and restarted."""
    if is_real_account():
        pytest.skip("about the local server's process")
    server = LocalServer(tmp_path / "data")
    server.start()
    yield server
    server.close()
