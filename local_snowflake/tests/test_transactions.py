"""Transactions, several sessions at once, and clients that vanish.

https://docs.snowflake.com/en/sql-reference/transactions
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from http.client import HTTPConnection
from typing import Any

import pytest
from account import PASSWORD, USER, Database, LocalServer
from snowflake.connector.errors import Error, ProgrammingError

FORMAT = "FILE_FORMAT = (TYPE = CSV)"


def test_copy_and_insert_commit_or_roll_back_as_one(db: Database) -> None:
    db("CREATE TABLE loaded (a INT)")
    db("CREATE TABLE ledger (file TEXT)")
    db("CREATE STAGE stg")
    db.put("stg", "a.csv", "1\n2\n")
    for end, rows, files in (("ROLLBACK", 0, 0), ("COMMIT", 2, 1)):
        db("BEGIN")
        db(f"COPY INTO loaded FROM @stg {FORMAT}")
        db("INSERT INTO ledger VALUES ('a.csv')")
        db(end)
        assert db.value("SELECT COUNT(*) FROM loaded") == rows
        assert db.value("SELECT COUNT(*) FROM ledger") == files


def test_changes_are_seen_by_others_after_the_commit(connect: Any, db: Database) -> None:
    db("CREATE TABLE shared (a INT)")
    schema = db.value("SELECT CURRENT_SCHEMA()")
    with connect(schema=schema) as other:
        db("BEGIN")
        db("INSERT INTO shared VALUES (1)")
        count = "SELECT COUNT(*) FROM shared"
        assert other.cursor().execute(count).fetchone() == (0,)
        db("COMMIT")
        assert other.cursor().execute(count).fetchone() == (1,)


def test_each_statement_of_a_transaction_sees_what_others_committed(
    connect: Any, db: Database
) -> None:
    """https://docs.snowflake.com/en/sql-reference/transactions#read-committed-isolation"""
    db("CREATE TABLE growing AS SELECT 1 AS a")
    with connect(schema=db.value("SELECT CURRENT_SCHEMA()")) as other:
        db("BEGIN")
        assert db.value("SELECT COUNT(*) FROM growing") == 1
        other.cursor().execute("INSERT INTO growing VALUES (2)")
        assert db.value("SELECT COUNT(*) FROM growing") == 2
        db("INSERT INTO growing VALUES (3)")
        db("COMMIT")
    assert db.value("SELECT COUNT(*) FROM growing") == 3


def test_commit_and_rollback_without_a_transaction_are_no_error(db: Database) -> None:
    db("COMMIT")
    db("ROLLBACK")


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN TRANSACTION", "START TRANSACTION"])
def test_a_transaction_begins_in_several_words(db: Database, begin: str) -> None:
    db("CREATE OR REPLACE TABLE begun (a INT)")
    db(begin)
    db("INSERT INTO begun VALUES (1)")
    db("ROLLBACK")
    assert db.value("SELECT COUNT(*) FROM begun") == 0


def test_ddl_commits_the_open_transaction(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/transactions#ddl"""
    db("CREATE TABLE before (a INT)")
    db("BEGIN")
    db("INSERT INTO before VALUES (1)")
    db("CREATE TABLE after (a INT)")
    db("ROLLBACK")
    assert db.value("SELECT COUNT(*) FROM before") == 1


def test_autocommit_can_be_switched_off(connect: Any, db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/transactions#autocommit"""
    db("CREATE TABLE manual (a INT)")
    with connect(schema=db.value("SELECT CURRENT_SCHEMA()"), autocommit=False) as other:
        other.cursor().execute("INSERT INTO manual VALUES (1)")
        other.rollback()
        other.cursor().execute("INSERT INTO manual VALUES (2)")
        other.commit()
    assert db("SELECT a FROM manual") == [(2,)]


def test_an_error_in_a_transaction_never_commits_half_of_it(local: Any, db: Database) -> None:
    """Snowflake takes back the statement; the local server the transaction, and says so."""
    db("CREATE TABLE halves (a INT)")
    db("BEGIN")
    db("INSERT INTO halves VALUES (1)")
    db.error("INSERT INTO halves SELECT 1 / 0")
    if local is None:
        db("COMMIT")
        assert db.value("SELECT COUNT(*) FROM halves") == 1
        return
    assert "ROLLBACK" in str(db.error("INSERT INTO halves VALUES (2)"))
    with pytest.raises(Error, match="rolled back"):
        db("COMMIT")
    assert db.value("SELECT COUNT(*) FROM halves") == 0


def test_sessions_that_change_the_same_rows_do_not_lose_updates(connect: Any, db: Database) -> None:
    db("CREATE TABLE counter AS SELECT 0 AS n")
    schema = db.value("SELECT CURRENT_SCHEMA()")
    errors: list[BaseException] = []

    def add() -> None:
        try:
            with connect(schema=schema) as own:
                for _ in range(5):
                    own.cursor().execute("UPDATE counter SET n = n + 1")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert db.value("SELECT n FROM counter") == 20


def test_a_transaction_waits_for_the_one_that_changed_its_row_first(
    connect: Any, db: Database
) -> None:
    """https://docs.snowflake.com/en/sql-reference/transactions#resource-locking"""
    db("CREATE OR REPLACE TABLE counter AS SELECT 0 AS n")
    with connect(schema=db.value("SELECT CURRENT_SCHEMA()")) as other:
        first = other.cursor()
        first.execute("BEGIN")
        first.execute("UPDATE counter SET n = n + 1")
        db("BEGIN")
        second = threading.Thread(target=db, args=["UPDATE counter SET n = n + 10"])
        second.start()
        second.join(0.3)
        assert second.is_alive()
        first.execute("COMMIT")
        second.join()
        db("COMMIT")
    assert db.value("SELECT n FROM counter") == 11


def test_a_statement_that_waits_for_another_can_be_cancelled(connect: Any, db: Database) -> None:
    """https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-api#execute"""
    db("CREATE OR REPLACE TABLE counter AS SELECT 0 AS n")
    with connect(schema=db.value("SELECT CURRENT_SCHEMA()")) as other:
        db("BEGIN")
        db("UPDATE counter SET n = 1")
        cursor = other.cursor()
        started = time.monotonic()
        with pytest.raises(ProgrammingError) as caught:
            cursor.execute("UPDATE counter SET n = 2", timeout=1)
        assert time.monotonic() - started < 15
        assert caught.value.errno == 604
        db("COMMIT")
        assert cursor.execute("SELECT n FROM counter").fetchall() == [(1,)]


def test_a_lock_is_waited_for_as_long_as_the_session_says(connect: Any, db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/parameters#lock-timeout"""
    db("CREATE OR REPLACE TABLE counter AS SELECT 0 AS n")
    with connect(schema=db.value("SELECT CURRENT_SCHEMA()")) as other:
        db("BEGIN")
        db("UPDATE counter SET n = 1")
        cursor = other.cursor()
        cursor.execute("ALTER SESSION SET LOCK_TIMEOUT = 1")
        with pytest.raises(ProgrammingError) as caught:
            cursor.execute("UPDATE counter SET n = 2")
        assert caught.value.errno == 625


def test_sessions_create_tables_in_one_schema_at_once(connect: Any, db: Database) -> None:
    schema = db.value("SELECT CURRENT_SCHEMA()")
    errors: list[BaseException] = []

    def build(number: int) -> None:
        try:
            with connect(schema=schema) as own:
                cursor = own.cursor()
                for turn in range(3):
                    cursor.execute("CREATE SCHEMA IF NOT EXISTS " + schema)
                    cursor.execute(f"CREATE OR REPLACE TABLE t{number} (a VARCHAR(9) COMMENT 'x')")
                    cursor.execute(f"INSERT INTO t{number} VALUES ('{turn}')")
                    cursor.execute(f"CREATE OR REPLACE VIEW v{number} AS SELECT * FROM t{number}")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=build, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [db.value(f"SELECT COUNT(*) FROM v{number}") for number in range(4)] == [1] * 4


class RawClient:
    """A client that signs in and then can drop dead, as one does that is killed."""

    def __init__(self, port: int, schema: str) -> None:
        self.http = HTTPConnection("127.0.0.1", port, timeout=120)
        self.token = ""
        data = {"LOGIN_NAME": USER, "PASSWORD": PASSWORD, "SESSION_PARAMETERS": {}}
        path = f"/session/v1/login-request?databaseName=PIPELINE&schemaName={schema}"
        self.token = self.send(path, {"data": data})["token"]

    def send(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f'Snowflake Token="{self.token}"'}
        self.http.request("POST", path, json.dumps(body), headers)
        answer = json.load(self.http.getresponse())
        assert answer["success"], answer
        return dict(answer["data"])

    def execute(self, sql: str) -> None:
        self.send("/queries/v1/query-request", {"sqlText": sql})

    def start(self, sql: str) -> None:
        """Send a statement without waiting for the answer."""
        headers = {"Authorization": f'Snowflake Token="{self.token}"'}
        body = json.dumps({"sqlText": sql})
        self.http.request("POST", "/queries/v1/query-request", body, headers)

    def die(self) -> None:
        self.http.close()


def test_a_client_that_is_killed_leaves_no_open_transaction(
    local: LocalServer | None, db: Database
) -> None:
    if local is None:
        pytest.skip("an account waits for hours")
    db("CREATE TABLE kept AS SELECT 1 AS a")
    client = RawClient(local.port, db.value("SELECT CURRENT_SCHEMA()"))
    client.execute("BEGIN")
    client.execute("UPDATE kept SET a = 2")
    client.die()
    # Waits for the other's change to be rolled back, then goes through.
    db("UPDATE kept SET a = a + 10")
    assert db("SELECT a FROM kept") == [(11,)]


def test_a_client_that_is_killed_while_it_waits_changes_nothing_later(
    local: LocalServer | None, db: Database
) -> None:
    if local is None:
        pytest.skip("an account waits for hours")
    db("CREATE OR REPLACE TABLE kept AS SELECT 1 AS a")
    db("BEGIN")
    db("UPDATE kept SET a = 2")
    client = RawClient(local.port, db.value("SELECT CURRENT_SCHEMA()"))
    before = sessions(local)
    client.start("UPDATE kept SET a = 3")
    client.die()
    deadline = time.monotonic() + 120
    while sessions(local) == before:
        assert time.monotonic() < deadline
    db("COMMIT")
    assert db("SELECT a FROM kept") == [(2,)]


def sessions(local: LocalServer) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{local.port}/health", timeout=60) as answer:
        return int(json.load(answer)["sessions"])
