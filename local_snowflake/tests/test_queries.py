"""Whole queries: order of NULLs, aggregates, windows, table functions, the case of names."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from account import Database

D = Decimal


@pytest.fixture(autouse=True)
def sales(db: Database) -> None:
    db(
        """CREATE TABLE IF NOT EXISTS sales
           (id INT, amount NUMBER(18, 2), city TEXT, day DATE, tags TEXT)"""
    )
    if not db.value("SELECT COUNT(*) FROM sales"):
        db(
            """INSERT INTO sales VALUES
               (1, 10.00, 'Bangkok', '2024-01-31', 'a,b,c'),
               (2, 0.50, 'Chiang Mai', '2024-02-29', 'x'),
               (3, 4.25, 'Bangkok', '2024-02-01', NULL), (NULL, NULL, NULL, NULL, NULL)"""
        )


def test_nulls_come_last_ascending_and_first_descending(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/constructs/order-by"""
    assert [r[0] for r in db("SELECT id FROM sales ORDER BY id")] == [1, 2, 3, None]
    assert [r[0] for r in db("SELECT id FROM sales ORDER BY id DESC")] == [None, 3, 2, 1]
    assert db("SELECT id FROM sales ORDER BY id DESC NULLS LAST LIMIT 1") == [(3,)]
    rank = "ROW_NUMBER() OVER (ORDER BY id DESC)"
    assert db.value(f"SELECT {rank} FROM sales QUALIFY {rank} = 1") == 1


def test_sum_and_avg_of_numbers_are_exact(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/avg"""
    (row,) = db("SELECT SUM(amount), AVG(amount), AVG(id), SUM(id), COUNT(amount) FROM sales")
    assert [str(v) for v in row] == ["14.75", "4.91666667", "2.000000", "6", "3"]


def test_avg_of_nothing_is_null(db: Database) -> None:
    assert db("SELECT AVG(amount), SUM(amount), COUNT(*) FROM sales WHERE id > 99") == [
        (None, None, 0)
    ]


def test_avg_over_a_window_is_exact(db: Database) -> None:
    sql = (
        "SELECT AVG(amount) OVER (PARTITION BY city) FROM sales WHERE id = 3 OR id = 1 ORDER BY id"
    )
    assert [str(r[0]) for r in db(sql)] == ["7.12500000", "7.12500000"]


def test_median_has_three_more_decimals(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/median"""
    assert str(db.value("SELECT MEDIAN(amount) FROM sales WHERE id IN (1, 2)")) == "5.25000"
    assert db.value("SELECT MEDIAN(id) FROM sales WHERE id IN (1, 2)") == D("1.500")


def test_division_in_a_view_and_over_a_view_is_exact(db: Database) -> None:
    db("CREATE OR REPLACE VIEW halves AS SELECT id, amount / 2 AS half FROM sales")
    assert str(db.value("SELECT half FROM halves WHERE id = 3")) == "2.12500000"
    assert str(db.value("SELECT SUM(half) / COUNT(half) FROM halves")) == "2.458333333333"


def test_division_by_a_column_that_is_zero_is_an_error(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/operators-arithmetic#division"""
    assert db.error("SELECT amount / (id - 1) FROM sales").errno == 100051
    assert db("SELECT DIV0(amount, id - 1) FROM sales WHERE id = 1") == [(D("0.00000000"),)]


def test_listagg_joins_values_in_order(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/listagg"""
    sql = "SELECT LISTAGG(DISTINCT city, '|') WITHIN GROUP (ORDER BY city DESC) FROM sales"
    assert db.value(sql) == "Chiang Mai|Bangkok"


def test_listagg_of_nothing_is_empty_text(db: Database) -> None:
    assert db.value("SELECT LISTAGG(city, '|') FROM sales WHERE id > 99") == ""


def test_array_agg_leaves_nulls_out(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/array_agg"""
    assert json.loads(db.value("SELECT ARRAY_AGG(id) FROM sales WHERE id = 1 OR id IS NULL")) == [1]
    sql = "SELECT ARRAY_AGG(id) WITHIN GROUP (ORDER BY id DESC) FROM sales"
    assert json.loads(db.value(sql)) == [3, 2, 1]


def test_count_if_and_distinct_of_several_columns(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/count"""
    assert db("SELECT COUNT_IF(amount > 1), COUNT(DISTINCT city, id) FROM sales") == [(2, 3)]


def test_last_value_looks_at_the_whole_window(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/last_value"""
    sql = "SELECT LAST_VALUE(id) OVER (ORDER BY id) FROM sales WHERE id IS NOT NULL LIMIT 1"
    assert db.value(sql) == 3


def test_ratio_to_report_is_a_share(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/ratio_to_report"""
    sql = "SELECT RATIO_TO_REPORT(amount) OVER () FROM sales WHERE id IN (1, 3) ORDER BY id"
    assert [round(r[0], 4) for r in db(sql)] == [D("0.7018"), D("0.2982")]


def test_qualify_filters_windows(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/constructs/qualify"""
    sql = """SELECT id FROM sales WHERE city IS NOT NULL
             QUALIFY ROW_NUMBER() OVER (PARTITION BY city ORDER BY amount) = 1 ORDER BY id"""
    assert db(sql) == [(2,), (3,)]


def test_flatten_makes_a_row_of_each_element(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/flatten"""
    sql = "SELECT f.index, f.value::TEXT FROM sales, LATERAL FLATTEN(INPUT => SPLIT(tags, ',')) f"
    assert db(f"{sql} WHERE id = 1 ORDER BY 1") == [(0, "a"), (1, "b"), (2, "c")]
    assert len(db(sql)) == 4


def test_flatten_outer_keeps_rows_with_nothing_inside(db: Database) -> None:
    sql = """SELECT id, f.value::TEXT FROM sales,
             LATERAL FLATTEN(INPUT => SPLIT(tags, ','), OUTER => TRUE) f WHERE id >= 2 ORDER BY 1"""
    assert db(sql) == [(2, "x"), (3, None)]


def test_flatten_tells_the_null_of_json_from_no_value(local: Any, db: Database) -> None:
    """https://docs.snowflake.com/en/user-guide/semistructured-considerations#null-values"""
    values = "TABLE(FLATTEN(INPUT => PARSE_JSON('[null]'))) f"
    assert db(f"SELECT f.value IS NULL, f.value::TEXT FROM {values}") == [(False, None)]
    if local is not None:
        assert "SEQ" in str(db.error(f"SELECT f.seq FROM {values}"))


def test_split_to_table_numbers_from_one(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/split_to_table"""
    sql = (
        "SELECT index, value FROM sales, LATERAL SPLIT_TO_TABLE(tags, ',') WHERE id = 1 ORDER BY 1"
    )
    assert db(sql) == [(1, "a"), (2, "b"), (3, "c")]


def test_a_date_spine_comes_from_a_generator(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/generator"""
    sql = """SELECT DATEADD(DAY, ROW_NUMBER() OVER (ORDER BY NULL) - 1, '2024-02-28'::DATE) AS day
             FROM TABLE(GENERATOR(ROWCOUNT => 3)) ORDER BY day"""
    assert [r[0] for r in db(sql)] == [
        dt.date(2024, 2, 28),
        dt.date(2024, 2, 29),
        dt.date(2024, 3, 1),
    ]


def test_date_trunc_of_a_date_column_groups_by_date(db: Database) -> None:
    sql = """SELECT DATE_TRUNC('MONTH', day) AS month, COUNT(*) FROM sales WHERE id > 0
             GROUP BY 1 ORDER BY 1"""
    assert db(sql) == [(dt.date(2024, 1, 1), 1), (dt.date(2024, 2, 1), 2)]


def test_unquoted_names_are_upper_case(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/identifiers-syntax"""
    cursor = db.connection.cursor()
    cursor.execute('SELECT id AS lower_name, id AS "Exact" FROM SALES LIMIT 0')
    assert [column.name for column in cursor.description] == ["LOWER_NAME", "Exact"]


def test_quoted_names_keep_their_case(db: Database) -> None:
    assert db.error('SELECT "id" FROM sales').errno == 904
    assert db.error('SELECT * FROM "sales"').errno == 2003
    assert db.value('SELECT "x" FROM (SELECT 1 AS "x")') == 1
    assert db.error('SELECT x FROM (SELECT 1 AS "x")').errno == 904


def test_unquoted_names_do_not_find_those_in_another_case(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/identifiers-syntax"""
    db('CREATE TABLE "Low" ("id" INT, a INT)')
    db('INSERT INTO "Low" ("id", a) VALUES (1, 2)')
    assert db.error("SELECT * FROM low").errno == 2003
    assert db.error('SELECT id FROM "Low"').errno == 904
    assert db.error('INSERT INTO "Low" (id) VALUES (1)').errno == 904
    assert db.error('UPDATE "Low" SET a = id').errno == 904
    assert db('SELECT "id", a FROM "Low" WHERE "id" = 1') == [(1, 2)]


def test_a_named_query_may_be_called_like_a_table_elsewhere(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/constructs/with"""
    sql = """WITH tables AS (
                 SELECT table_name AS "table_name" FROM information_schema.tables
             ) SELECT "table_name" FROM tables WHERE "table_name" = 'SALES' LIMIT 1"""
    assert db(sql) == [("SALES",)]


def test_a_column_of_the_catalogue_can_be_renamed_in_lower_case(db: Database) -> None:
    """As dbt docs does."""
    sql = """SELECT "table_name" FROM (
                 SELECT table_name AS "table_name" FROM information_schema.tables
             ) WHERE "table_name" = 'SALES' LIMIT 1"""
    assert db(sql) == [("SALES",)]


def test_two_names_that_differ_in_case_are_two_or_refused(local: Any, db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/identifiers-syntax"""
    db('CREATE TABLE "Mixed" (a INT)')
    if local is None:
        db("CREATE OR REPLACE TABLE mixed (b INT)")
    else:
        assert "differs only in case" in str(db.error("CREATE OR REPLACE TABLE mixed (b INT)"))
    assert db('SELECT a FROM "Mixed"') == []


def test_a_values_list_has_column1(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/constructs/values"""
    assert db("SELECT column1, column2 FROM VALUES (1, 'a'), (2, 'b') ORDER BY 1") == [
        (1, "a"),
        (2, "b"),
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 UNION ALL SELECT 'a'",
        "SELECT CAST('1' AS NUMBER) UNION ALL SELECT CAST('a' AS TEXT)",
        " UNION ALL ".join([*["SELECT id FROM sales"] * 150, "SELECT city FROM sales"]),
        "SELECT id FROM sales UNION SELECT city FROM sales",
        "SELECT * FROM (SELECT id FROM sales EXCEPT SELECT city FROM sales)",
        "WITH a AS (SELECT id FROM sales) SELECT * FROM a UNION ALL (SELECT city FROM sales)",
    ],
)
def test_numbers_and_texts_do_not_become_texts_in_a_union(db: Database, sql: str) -> None:
    """https://docs.snowflake.com/en/sql-reference/operators-query#general-usage-notes"""
    db.error(sql)


def test_a_union_of_texts_and_nulls_is_of_texts(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/operators-query#general-usage-notes"""
    union = "SELECT city FROM sales WHERE id = 2 UNION ALL SELECT NULL UNION ALL SELECT 'x'"
    assert db(f"{union} ORDER BY 1") == [("Chiang Mai",), ("x",), (None,)]


def test_values_of_one_column_have_one_type(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/insert#usage-notes"""
    assert db.error("INSERT INTO sales (tags) VALUES (3), ('d')").errno == 100038
    assert db.error("SELECT * FROM VALUES (3), ('d')").errno == 100038


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * EXCLUDE (amount, city, day, tags) FROM sales WHERE id = 1", [(1,)]),
        ("SELECT TOP 1 id FROM sales ORDER BY id", [(1,)]),
        ("SELECT id FROM sales WHERE city LIKE ANY ('Chi%', 'x%')", [(2,)]),
        ("SELECT 2 IN (1, NULL), 1 IN (1, NULL)", [(None, True)]),
        ("SELECT id AS n, n + 1 FROM sales WHERE n = 1", [(1, 2)]),
        ("SELECT MAX_BY(city, amount) FROM sales", [("Bangkok",)]),
        (
            """WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3)
               SELECT SUM(n) FROM r""",
            [(6,)],
        ),
    ],
)
def test_a_query_answers_as_documented(db: Database, sql: str, expected: Any) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/select"""
    assert db(sql) == expected


def test_a_result_can_be_scanned_again(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/functions/result_scan"""
    cursor = db.connection.cursor()
    cursor.execute("SELECT id FROM sales WHERE id > 1 ORDER BY id")
    rows = db(f"SELECT * FROM TABLE(RESULT_SCAN('{cursor.sfqid}'))")
    assert rows == [(2,), (3,)]
