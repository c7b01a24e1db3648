"""Errors, comments around statements, results."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from account import Database
from snowflake.connector.errors import ProgrammingError

from local_snowflake.semantics import type_probe

ERRORS = {
    "SELEC 1": (1003, "42000"),
    "SELECT * FROM no_such_table": (2003, "42S02"),
    "SELECT no_such_column FROM (SELECT 1 AS a)": (904, "42000"),
    "SELECT 'x'::NUMBER(10, 2)": (100038, "22018"),
    "SELECT 'x'::BOOLEAN": (100037, "22018"),
    "SELECT 1 / 0": (100051, "22012"),
    "CREATE SCHEMA PUBLIC": (2002, "42710"),
    "DROP TABLE no_such_table": (2003, "42S02"),
    "LIST @no_such_stage": (2003, "02000"),
}


@pytest.mark.parametrize("sql", ERRORS)
def test_an_error_has_snowflakes_number_and_state(db: Database, sql: str) -> None:
    """https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-api#errno"""
    error = db.error(sql)
    assert isinstance(error, ProgrammingError)
    assert (error.errno, error.sqlstate) == ERRORS[sql]


def test_an_error_comes_at_once(db: Database) -> None:
    started = time.monotonic()
    db.error("SELECT * FROM no_such_table")
    assert time.monotonic() - started < 5


def test_two_statements_in_one_request_must_be_announced(db: Database) -> None:
    """https://docs.snowflake.com/en/developer-guide/sql-api/submitting-multiple-statements"""
    assert db.error("SELECT 1; SELECT 2").errno == 8
    cursor = db.connection.cursor()
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute("SELECT 1; SELECT 2", num_statements=3)
    assert caught.value.errno == 8


def test_several_statements_have_an_answer_each(db: Database) -> None:
    """https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-example"""
    cursor = db.connection.cursor()
    sql = """CREATE TABLE several (a TEXT); -- one; of four
             INSERT INTO several VALUES ('x;y'), ('z');
             SELECT a FROM several ORDER BY a; SELECT 1 / 0"""
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(sql, num_statements=0)
    assert caught.value.errno == 100051
    cursor.execute("SELECT a FROM several ORDER BY a; DELETE FROM several;", num_statements=0)
    assert cursor.fetchall() == [("x;y",), ("z",)]
    assert cursor.nextset() is not None
    assert cursor.fetchall() == [(2,)]
    assert cursor.nextset() is None


def test_any_number_of_statements_may_be_one_put(db: Database, tmp_path: Path) -> None:
    """https://docs.snowflake.com/en/developer-guide/sql-api/submitting-multiple-statements"""
    (tmp_path / "one.csv").write_text("1\n")
    db("CREATE STAGE announced")
    cursor = db.connection.cursor()
    put = f"PUT 'file://{tmp_path}/one.csv' '@announced' OVERWRITE = TRUE, AUTO_COMPRESS = FALSE"
    cursor.execute(put, num_statements=0)
    assert [row[0] for row in db("LIST @announced")] == ["announced/one.csv"]
    cursor.execute("SELECT %s", [2], num_statements=0)
    assert cursor.fetchall() == [(2,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1;",
        "-- first\nSELECT 1",
        "/* first */ SELECT 1 /* {'app': 'dbt'} */;",
        "// first\nSELECT 1 -- last",
        "\n ; SELECT 1 ;\n",
    ],
)
def test_comments_and_semicolons_around_a_statement_are_ignored(db: Database, sql: str) -> None:
    """https://docs.snowflake.com/en/sql-reference/constructs"""
    assert db.value(sql) == 1


def test_null_of_every_type_is_none(db: Database) -> None:
    types = [
        "NUMBER(10,2)",
        "FLOAT",
        "TEXT",
        "BOOLEAN",
        "DATE",
        "TIMESTAMP_NTZ",
        "TIMESTAMP_LTZ",
        "TIME",
        "BINARY",
    ]
    (row,) = db("SELECT " + ", ".join(f"NULL::{kind} AS c{i}" for i, kind in enumerate(types)))
    assert row == (None,) * len(types)


def test_timestamps_before_1970_keep_their_fraction(db: Database) -> None:
    expected = dt.datetime(1969, 12, 31, 23, 59, 59, 500000)
    assert db.value("SELECT '1969-12-31 23:59:59.5'::TIMESTAMP_NTZ") == expected


def test_numbers_keep_their_scale(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/data-types-numeric"""
    cursor = db.connection.cursor()
    cursor.execute("SELECT 1.5::NUMBER(10, 3) AS a, 7 AS b")
    assert cursor.fetchone() == (Decimal("1.500"), 7)
    assert (cursor.description[0].precision, cursor.description[0].scale) == (10, 3)


def test_a_column_without_alias_is_named_by_its_expression(db: Database) -> None:
    cursor = db.connection.cursor()
    cursor.execute("SELECT COUNT(*), MAX(a), a AS b, 'x' FROM (SELECT 1 AS a) GROUP BY a")
    assert [column.name for column in cursor.description] == ["COUNT(*)", "MAX(A)", "B", "'X'"]


def test_an_empty_result_has_no_rows(db: Database) -> None:
    assert db("SELECT 1 AS a, 'x' AS b WHERE FALSE") == []


def test_a_large_result_arrives_whole_and_in_chunks(db: Database) -> None:
    """https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-distributed-fetch"""
    cursor = db.connection.cursor()
    cursor.execute(
        "SELECT SEQ4() AS n, REPEAT('x', 100) AS filler FROM TABLE(GENERATOR(ROWCOUNT => 200000))"
    )
    batches = cursor.get_result_batches()
    assert batches is not None
    assert len(batches) > 1
    seen = sum(1 for batch in batches for _ in batch)
    assert seen == 200_000


def test_changed_rows_are_counted(db: Database) -> None:
    """https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-api#rowcount"""
    db("CREATE TABLE counted (a INT)")
    cursor = db.connection.cursor()
    for sql, rows in {
        "INSERT INTO counted VALUES (1), (2), (3)": 3,
        "UPDATE counted SET a = a + 1 WHERE a > 1": 2,
        "DELETE FROM counted WHERE a = 1": 1,
    }.items():
        cursor.execute(sql)
        assert cursor.rowcount == rows, sql


def test_a_session_variable_stands_for_its_value(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/session-variables"""
    db("SET wanted = 3")
    assert db.value("SELECT $wanted + 1") == 4
    assert db.value("SELECT 'costs $five'") == "costs $five"


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER SESSION SET QUERY_TAG = 'x'",
        "ALTER SESSION UNSET QUERY_TAG",
        "USE SECONDARY ROLES NONE",
    ],
)
def test_settings_without_effect_on_results_are_accepted(db: Database, sql: str) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-session"""
    assert db(sql) == [("Statement executed successfully.",)]


REFUSED = [
    "CREATE TASK t WAREHOUSE = w AS SELECT 1",
    "CREATE STREAM s ON TABLE t",
    "CREATE DYNAMIC TABLE d TARGET_LAG = '1 minute' WAREHOUSE = w AS SELECT 1 AS a",
    "CREATE STAGE external URL = 's3://bucket/'",
    "SELECT HASH('a')",
    "SELECT * FROM t AT (OFFSET => -60)",
    "ALTER SESSION SET WEEK_START = 7",
    "EXECUTE IMMEDIATE 'SELECT 1'",
    "SELECT '2024-01-01 00:00:00 +07:00'::TIMESTAMP_TZ",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_the_local_server_does_not_know_it_refuses(local: Any, db: Database, sql: str) -> None:
    if local is None:
        pytest.skip("Snowflake knows it")
    message = str(db.error(sql))
    assert "ocal" in message or "does not exist" in message or "syntax" in message.lower()


def test_duckdb_still_names_the_types_of_a_call_that_does_not_exist() -> None:
    """This is how the local server learns the types of operands (semantics/type_probe.py)."""
    with pytest.raises(duckdb.BinderException) as caught:
        duckdb.execute("EXPLAIN SELECT bit_count(1.50, 2::HUGEINT, [1], NULL, NULL)")
    assert type_probe.named_types(str(caught.value)) == ["DECIMAL(3,2)", "HUGEINT", "INTEGER[]"]
