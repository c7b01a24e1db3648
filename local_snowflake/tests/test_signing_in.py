"""Who may sign in, and what a session starts with."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from account import Database, LocalServer
from snowflake.connector.errors import Error


def test_a_wrong_password_is_refused_at_once(local: LocalServer | None) -> None:
    """390100 is Snowflake's number; a client must not retry it.

    https://docs.snowflake.com/en/user-guide/client-connectivity-troubleshooting/error-messages
    """
    if local is None:
        pytest.skip("would count as a failed login of a real user")
    started = time.monotonic()
    with pytest.raises(Error) as caught:
        local.connect(password="wrong")
    assert "Incorrect username or password was specified" in str(caught.value)
    assert "390100" in str(caught.value)
    assert time.monotonic() - started < 5


def test_an_unknown_user_is_refused(local: LocalServer | None) -> None:
    if local is None:
        pytest.skip("would count as a failed login")
    with pytest.raises(Error, match="390100"):
        local.connect(user="somebody_else")


def test_a_schema_that_does_not_exist_is_not_an_error_at_login(connect: Any) -> None:
    """The session then has no current schema.

    https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-api#connect
    """
    with connect(schema="NO_SUCH_SCHEMA") as connection:
        assert connection.cursor().execute("SELECT CURRENT_SCHEMA()").fetchone() in (
            (None,),
            ("PUBLIC",),
        )


def test_a_closed_session_is_gone(connect: Any) -> None:
    connection = connect()
    connection.close()
    with pytest.raises(Error):
        connection.cursor().execute("SELECT 1")


def test_several_sessions_have_schemas_of_their_own(connect: Any, db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/use-schema"""
    own = db.value("SELECT CURRENT_SCHEMA()")
    with connect(schema="PUBLIC") as other:
        assert other.cursor().execute("SELECT CURRENT_SCHEMA()").fetchone() == ("PUBLIC",)
        assert db.value("SELECT CURRENT_SCHEMA()") == own


def test_bind_parameters_are_sent_by_qmark(connect: Any) -> None:
    """https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-example#binding-data"""
    snowflake.connector.paramstyle = "qmark"
    try:
        with connect() as connection:
            cursor = connection.cursor()
            row = cursor.execute("SELECT ?, ?, ?, ?", (1, "a'b", None, 1.5)).fetchone()
            assert row == (1, "a'b", None, 1.5)
            cursor.execute("CREATE TEMPORARY TABLE bound (a NUMBER(10, 2), b TEXT)")
            cursor.executemany("INSERT INTO bound VALUES (?, ?)", [(1.25, "x"), (2, None)])
            assert cursor.rowcount == 2
            rows = cursor.execute("SELECT b FROM bound WHERE a = ?", (2,)).fetchall()
            assert rows == [(None,)]
    finally:
        snowflake.connector.paramstyle = "pyformat"


def test_bind_parameters_are_inlined_by_pyformat(db: Database) -> None:
    assert db("SELECT %s, %s, %s", (1, "it's", None)) == [(1, "it's", None)]
    assert db("SELECT %(a)s", {"a": "x"}) == [("x",)]


def test_a_token_is_taken_in_place_of_the_password(tmp_path: Path) -> None:
    """https://docs.snowflake.com/en/user-guide/programmatic-access-tokens"""
    server = LocalServer(tmp_path / "data", env={"SNOWFLAKE_TOKEN": "a-token"})
    server.start()
    try:
        server.connect(password="a-token").close()
        server.connect().close()
        with pytest.raises(Error, match="Incorrect username or password"):
            server.connect(password="another")
    finally:
        server.stop()
