"""Tables, views, schemas, comments: what dbt and landing create."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from account import Database


def columns(db: Database, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in db(f"DESCRIBE TABLE {table}")}


def test_keys_are_information_only(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/constraints-overview"""
    db("CREATE TABLE parent (id INT PRIMARY KEY, code TEXT UNIQUE)")
    db("CREATE TABLE child (a INT, b INT REFERENCES parent (id), PRIMARY KEY (a), UNIQUE (b))")
    db("INSERT INTO parent VALUES (1, 'x'), (1, 'x')")
    db("INSERT INTO child VALUES (1, 99), (1, 99)")
    assert db.value("SELECT COUNT(*) FROM child") == 2


def test_not_null_is_enforced(db: Database) -> None:
    db("CREATE TABLE strict (a INT NOT NULL, b INT)")
    assert db.error("INSERT INTO strict VALUES (NULL, 1)").errno == 100072


def test_a_text_longer_than_its_column_is_refused(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/data-types-text"""
    db("CREATE TABLE short (a VARCHAR(3))")
    db("INSERT INTO short VALUES ('abc')")
    assert db.error("INSERT INTO short VALUES ('abcd')").errno == 100078


def test_a_whole_number_has_38_digits(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/data-types-numeric"""
    most = "9" * 38
    db("CREATE TABLE wide (a NUMBER(38, 0), b INT)")
    db(f"INSERT INTO wide VALUES ({most}, TRY_CAST('{most}' AS INT)), (1, 3)")
    db("CREATE STAGE stg")
    db.put("stg", "a.csv", f"-{most},1e30\n")
    db("COPY INTO wide FROM @stg FILE_FORMAT = (TYPE = CSV)")
    found = {tuple(map(int, row)) for row in db("SELECT a, b FROM wide")}
    assert found == {(int(most), int(most)), (1, 3), (-int(most), 10**30)}
    assert int(db.value("SELECT MAX(a) - 1 FROM wide")) == int(most) - 1
    assert db.value("SELECT TRY_CAST('1e38' AS INT)") is None
    assert db.error("SELECT '1e38'::INT").errno == 100038


def test_types_are_described_in_snowflakes_words(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/desc-table"""
    db(
        """CREATE TABLE typed (a INT, b NUMBER(10, 2), c TEXT, d VARCHAR(5), e FLOAT, f BOOLEAN,
                               g DATE, h TIMESTAMP_NTZ, i TIMESTAMP_LTZ)"""
    )
    assert columns(db, "typed") == {
        "A": "NUMBER(38,0)",
        "B": "NUMBER(10,2)",
        "C": "VARCHAR(16777216)",
        "D": "VARCHAR(5)",
        "E": "FLOAT",
        "F": "BOOLEAN",
        "G": "DATE",
        "H": "TIMESTAMP_NTZ(9)",
        "I": "TIMESTAMP_LTZ(9)",
    }


def test_a_table_from_a_query_has_its_types(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-table#create-table-as-select"""
    db("CREATE TABLE made AS SELECT COUNT(*) AS n, SUM(1.50) AS s, 1 / 3 AS d, 'x' AS t")
    types = columns(db, "made")
    assert types["N"].startswith("NUMBER")
    assert types["S"].endswith(",2)")
    assert types["D"].endswith(",6)")
    assert types["T"].startswith("VARCHAR")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a, b FROM coded",
        "SELECT * FROM coded",
        "SELECT c.* EXCLUDE (b), c.b FROM coded c",
        "(WITH s AS (SELECT * FROM coded) SELECT x.a, x.b FROM (SELECT * FROM s) x)",
        "SELECT * FROM coded UNION ALL SELECT * FROM coded",
        "SELECT coded.a, other.b FROM coded LEFT JOIN coded other USING (a)",
        "SELECT 'abc'::VARCHAR(3) AS a, b FROM coded",
        "SELECT * FROM coded_view",
    ],
)
@pytest.mark.parametrize("kind", ["TABLE", "TEMPORARY TABLE"])
def test_a_table_from_a_query_keeps_the_lengths_of_texts(
    db: Database, kind: str, query: str
) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-table#create-table-as-select"""
    db("CREATE OR REPLACE TABLE coded (a VARCHAR(3), b TEXT)")
    db("INSERT INTO coded VALUES ('abc', 'long enough')")
    db("CREATE OR REPLACE VIEW coded_view AS SELECT a, b FROM coded")
    db(f"CREATE OR REPLACE {kind} kept_length AS {query}")
    db(f"CREATE OR REPLACE {kind} kept_length AS SELECT * FROM kept_length")
    assert columns(db, "kept_length") == {"A": "VARCHAR(3)", "B": "VARCHAR(16777216)"}
    assert db.error("INSERT INTO kept_length (a) VALUES ('abcd')").errno == 100078
    assert db("SELECT DISTINCT a, b FROM kept_length") == [("abc", "long enough")]
    db("DROP TABLE kept_length")


def test_a_view_has_the_lengths_of_its_texts(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/info-schema/columns"""
    db("CREATE OR REPLACE TABLE coded (a VARCHAR(3), b TEXT)")
    db("CREATE OR REPLACE VIEW renaming (x, y) AS SELECT a, b FROM coded")
    sql = "SELECT column_name, character_maximum_length, character_octet_length"
    where = "WHERE table_schema = CURRENT_SCHEMA() AND table_name = 'RENAMING'"
    found = db(f"{sql} FROM information_schema.columns {where} ORDER BY 1")
    assert found == [("X", 3, 12), ("Y", 16777216, 16777216)]
    db("CREATE OR REPLACE VIEW renaming AS SELECT b AS x FROM coded")
    assert columns(db, "renaming") == {"X": "VARCHAR(16777216)"}


def test_columns_declared_beside_a_query_are_as_declared(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-table#create-table-as-select"""
    query = "SELECT 'abc', 1.255 UNION ALL SELECT 'd', NULL"
    db(f"CREATE TABLE declared (a VARCHAR(3) NOT NULL, b NUMBER(10, 2)) COMMENT = 'c' AS {query}")
    assert db("SELECT * FROM declared ORDER BY a") == [("abc", Decimal("1.26")), ("d", None)]
    assert db.error("INSERT INTO declared VALUES (NULL, 1)").errno == 100072
    assert db.error("INSERT INTO declared VALUES ('abcd', 1)").errno == 100078
    assert db.error("CREATE TABLE too_short (a VARCHAR(2)) AS SELECT 'abc'").errno == 100078
    sql = "SELECT comment FROM information_schema.tables WHERE table_name = 'DECLARED'"
    assert db.value(f"{sql} AND table_schema = CURRENT_SCHEMA()") == "c"


def test_a_renamed_table_keeps_the_lengths_of_its_texts(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-table"""
    db("CREATE TABLE before_renaming (a VARCHAR(3))")
    db("ALTER TABLE before_renaming RENAME TO after_renaming")
    assert columns(db, "after_renaming") == {"A": "VARCHAR(3)"}
    db("CREATE OR REPLACE TABLE after_renaming AS SELECT 'abcd' || 'e' AS a")
    assert db.value("SELECT a FROM after_renaming") == "abcde"


def test_the_length_of_a_text_can_grow(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-table-column"""
    db("CREATE TABLE growing (a VARCHAR(3) NOT NULL COMMENT 'the a', b INT DEFAULT 7)")
    db("INSERT INTO growing (a) VALUES ('abc')")
    db("ALTER TABLE growing ALTER COLUMN a SET DATA TYPE VARCHAR(5)")
    db("ALTER TABLE growing ADD COLUMN c VARCHAR(2)")
    db("INSERT INTO growing (a, c) VALUES ('abcde', 'xy')")
    assert db("SELECT * FROM growing ORDER BY a") == [("abc", 7, None), ("abcde", 7, "xy")]
    assert db.error("INSERT INTO growing (a) VALUES ('abcdef')").errno == 100078
    assert db.error("INSERT INTO growing (a, c) VALUES ('a', 'xyz')").errno == 100078
    assert db.error("INSERT INTO growing (a) VALUES (NULL)").errno == 100072
    db.error("ALTER TABLE growing ALTER COLUMN a SET DATA TYPE VARCHAR(4)")
    sql = "SELECT comment FROM information_schema.columns WHERE table_name = 'GROWING'"
    assert db.value(f"{sql} AND table_schema = CURRENT_SCHEMA() AND column_name = 'A'") == "the a"


def test_create_if_not_exists_leaves_the_table_alone(db: Database) -> None:
    db("CREATE TABLE kept (a INT)")
    db("INSERT INTO kept VALUES (1)")
    db("CREATE TABLE IF NOT EXISTS kept (b TEXT)")
    assert db("SELECT a FROM kept") == [(1,)]


def test_create_or_replace_starts_afresh(db: Database) -> None:
    db("CREATE OR REPLACE TABLE fresh (a INT) COMMENT = 'old'")
    db("CREATE OR REPLACE TABLE fresh (b TEXT)")
    assert list(columns(db, "fresh")) == ["B"]
    sql = "SELECT comment FROM information_schema.tables WHERE table_name = 'FRESH'"
    assert db.value(f"{sql} AND table_schema = CURRENT_SCHEMA()") is None


@pytest.mark.parametrize("name", ["tmp", "{schema}.tmp", "{database}.{schema}.tmp"])
def test_a_temporary_table_lives_in_its_session(connect: Any, db: Database, name: str) -> None:
    """https://docs.snowflake.com/en/user-guide/tables-temp-transient"""
    schema, database = db.value("SELECT CURRENT_SCHEMA()"), db.value("SELECT CURRENT_DATABASE()")
    table = name.format(schema=schema, database=database)
    with connect(schema=schema) as other:
        cursor = other.cursor()
        cursor.execute(f"CREATE OR REPLACE TEMPORARY TABLE {table} AS SELECT 1 AS a, 'x' AS b")
        cursor.execute(f"INSERT INTO {table} VALUES (2, 'y')")
        cursor.execute(f"SELECT tmp.a FROM {table} WHERE tmp.b = 'y'")
        assert cursor.fetchall() == [(2,)]
        names = [row[0] for row in cursor.execute(f"DESCRIBE TABLE {table}").fetchall()]
        assert names == ["A", "B"]
        assert db.error(f"SELECT * FROM {schema}.tmp").errno == 2003
        cursor.execute(f"DROP TABLE {table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} (a INT)")
    with connect(schema=schema) as later, pytest.raises(Exception, match="does not exist"):
        later.cursor().execute(f"SELECT * FROM {table}")


def test_a_clone_is_a_table_of_its_own(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-clone"""
    db("CREATE TABLE original (a INT NOT NULL, b VARCHAR(3)) COMMENT = 'kept'")
    db("INSERT INTO original VALUES (1, 'x')")
    db("CREATE TABLE copied CLONE original")
    db("INSERT INTO copied VALUES (2, 'y')")
    assert db.value("SELECT COUNT(*) FROM original") == 1
    assert db.value("SELECT COUNT(*) FROM copied") == 2
    assert db.error("INSERT INTO copied (b) VALUES ('z')").errno == 100072
    db("CREATE TABLE alike LIKE original")
    assert db.value("SELECT COUNT(*) FROM alike") == 0
    assert columns(db, "alike") == columns(db, "original")


def test_columns_are_added_renamed_and_dropped(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/alter-table"""
    db("CREATE TABLE evolving (a INT)")
    db("ALTER TABLE evolving ADD COLUMN b NUMBER(10, 2), c TEXT")
    db("ALTER TABLE evolving RENAME COLUMN c TO d")
    db("ALTER TABLE evolving DROP COLUMN a")
    db("ALTER TABLE evolving ALTER COLUMN b SET DATA TYPE NUMBER(20, 2)")
    assert columns(db, "evolving") == {"B": "NUMBER(20,2)", "D": "VARCHAR(16777216)"}


def test_tables_swap_and_rename(db: Database) -> None:
    db("CREATE TABLE one AS SELECT 1 AS a")
    db("CREATE TABLE two AS SELECT 2 AS a")
    db("ALTER TABLE one SWAP WITH two")
    assert db.value("SELECT a FROM one") == 2
    db("ALTER TABLE one RENAME TO three")
    assert db.value("SELECT a FROM three") == 2


def test_comments_are_kept(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/comment"""
    db("CREATE TABLE noted (a INT COMMENT 'the a', b INT) COMMENT = 'it''s noted'")
    db("CREATE VIEW noted_view (x COMMENT $$it's x$$) COMMENT = 'seen' AS SELECT 1 AS x")
    db("ALTER TABLE noted ALTER b COMMENT $$the \"b\"$$, a COMMENT 'new a'")
    db("COMMENT ON VIEW noted_view IS 'seen again'")
    db("ALTER TABLE noted ADD COLUMN IF NOT EXISTS c VARCHAR COMMENT 'the c'")
    db("ALTER TABLE noted ADD COLUMN d VARCHAR(3) COMMENT 'the d'")
    where = "WHERE table_schema = CURRENT_SCHEMA() AND table_name LIKE 'NOTED%' ORDER BY 1, 2"
    found = db(f"SELECT table_name, column_name, comment FROM information_schema.columns {where}")
    assert found == [
        ("NOTED", "A", "new a"),
        ("NOTED", "B", 'the "b"'),
        ("NOTED", "C", "the c"),
        ("NOTED", "D", "the d"),
        ("NOTED_VIEW", "X", "it's x"),
    ]
    found = db(f"SELECT table_name, table_type, comment FROM information_schema.tables {where}")
    assert found == [("NOTED", "BASE TABLE", "it's noted"), ("NOTED_VIEW", "VIEW", "seen again")]


def test_grants_and_the_like_are_accepted(local: Any, db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/grant-privilege"""
    if local is None:
        pytest.skip("would change the account")
    db("CREATE TABLE granted (a INT)")
    for sql in (
        "GRANT SELECT ON TABLE granted TO ROLE reporter",
        "CREATE ROLE IF NOT EXISTS reporter",
        "CREATE WAREHOUSE IF NOT EXISTS wh WAREHOUSE_SIZE = XSMALL",
        "ALTER WAREHOUSE wh SUSPEND",
        "USE WAREHOUSE wh",
        "USE ROLE reporter",
    ):
        db(sql)
    assert db("SELECT CURRENT_ROLE(), CURRENT_WAREHOUSE()") == [("REPORTER", "WH")]


def test_insert_overwrite_replaces_all_rows(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/insert#optional-parameters"""
    db("CREATE TABLE overwritten (a NUMBER(10, 2))")
    db("INSERT INTO overwritten VALUES (1), (2)")
    db("INSERT OVERWRITE INTO overwritten SELECT 7 / 2")
    assert db("SELECT a FROM overwritten") == [(Decimal("3.50"),)]


def test_dropping_what_does_not_exist_is_an_error_without_if_exists(db: Database) -> None:
    db("DROP TABLE IF EXISTS nothing")
    db("DROP VIEW IF EXISTS nothing")
    assert db.error("DROP VIEW nothing").errno == 2003


def test_objects_are_shown(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/show-objects"""
    db("CREATE TABLE shown (a INT)")
    db("CREATE VIEW shown_view AS SELECT 1 AS a")
    schema = db.value("SELECT CURRENT_SCHEMA()")
    found = {row[1]: row[4] for row in db(f"SHOW OBJECTS LIKE 'SHOWN%' IN SCHEMA {schema}")}
    assert found == {"SHOWN": "TABLE", "SHOWN_VIEW": "VIEW"}


MERGE = """MERGE INTO target t USING (SELECT column1 AS id, column2 AS v FROM VALUES {rows}) s
           ON t.id = s.id
           WHEN MATCHED AND s.v IS NULL THEN DELETE
           WHEN MATCHED THEN UPDATE SET v = s.v
           WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)"""


def test_merge_counts_each_action(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/merge"""
    db(
        """CREATE OR REPLACE TABLE target AS
           SELECT column1 AS id, column2 AS v FROM VALUES (1, 1), (2, 2)"""
    )
    cursor = db.connection.cursor()
    cursor.execute(MERGE.format(rows="(1, 10), (2, NULL), (3, 30)"))
    names = [column.name for column in cursor.description]
    assert dict(zip(names, cursor.fetchall()[0], strict=True)) == {
        "number of rows inserted": 1,
        "number of rows updated": 1,
        "number of rows deleted": 1,
    }
    assert cursor.rowcount == 3
    assert db("SELECT id, v FROM target ORDER BY id") == [(1, 10), (3, 30)]


def test_merge_with_two_sources_of_one_row_is_an_error(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/merge#nondeterministic-results-for-update-and-delete"""
    db("CREATE OR REPLACE TABLE target AS SELECT 1 AS id, 1 AS v")
    assert db.error(MERGE.format(rows="(1, 10), (1, 11)")).errno == 100090
    assert db("SELECT id, v FROM target") == [(1, 1)]


def test_merge_has_no_clause_for_rows_missing_in_the_source(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/merge#syntax"""
    db("CREATE OR REPLACE TABLE target AS SELECT 1 AS id, 1 AS v")
    sql = "MERGE INTO target t USING target s ON FALSE WHEN NOT MATCHED BY SOURCE THEN DELETE"
    assert db.error(sql).errno == 1003
    assert db("SELECT id, v FROM target") == [(1, 1)]
