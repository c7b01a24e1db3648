"""COPY INTO <table>: which files, which rows, which errors.

https://docs.snowflake.com/en/sql-reference/sql/copy-into-table
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest
from account import Database, gzipped
from snowflake.connector.errors import Error

CSV = "FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"' SKIP_HEADER = 1)"
HEADER = "id,amount,note\n"


@pytest.fixture(autouse=True)
def _table_and_stage(db: Database) -> None:
    db("CREATE OR REPLACE TABLE target (id INT, amount NUMBER(38, 6), note TEXT)")
    db("CREATE OR REPLACE STAGE stg")


def copy(db: Database, options: str = "", source: str = "@stg") -> list[dict[str, Any]]:
    cursor = db.connection.cursor()
    cursor.execute(f"COPY INTO target FROM {source} {CSV} {options}")
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_the_result_has_a_row_a_file(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/copy-into-table#output"""
    db.put("stg", "a.csv.gz", gzipped(HEADER + "1,1.5,x\n2,2.5,y\n"))
    assert copy(db) == [
        {
            "file": "stg/a.csv.gz",
            "status": "LOADED",
            "rows_parsed": 2,
            "rows_loaded": 2,
            "error_limit": 1,
            "errors_seen": 0,
            "first_error": None,
            "first_error_line": None,
            "first_error_character": None,
            "first_error_column_name": None,
        }
    ]
    assert db("SELECT * FROM target ORDER BY id") == [
        (1, Decimal("1.500000"), "x"),
        (2, Decimal("2.500000"), "y"),
    ]


def test_a_loaded_file_is_skipped_and_a_changed_one_loads(db: Database) -> None:
    """https://docs.snowflake.com/en/user-guide/data-load-considerations-load#load-metadata"""
    db.put("stg", "a.csv", HEADER + "1,1,x\n")
    assert len(copy(db)) == 1
    assert copy(db) == [{"status": "Copy executed with 0 files processed."}]
    assert copy(db, "FILES = ('a.csv')")[0]["status"] == "LOAD_SKIPPED"
    db("CREATE TABLE IF NOT EXISTS target (x INT)")
    assert copy(db) == [{"status": "Copy executed with 0 files processed."}]
    db.put("stg", "a.csv", HEADER + "2,2,y\n")
    assert copy(db)[0]["rows_loaded"] == 1
    assert db.value("SELECT COUNT(*) FROM target") == 2


def test_force_loads_again(db: Database) -> None:
    db.put("stg", "a.csv", HEADER + "1,1,x\n")
    copy(db)
    assert copy(db, "FORCE = TRUE")[0]["rows_loaded"] == 1


@pytest.mark.parametrize(
    "sql",
    [
        "TRUNCATE TABLE target",
        "CREATE OR REPLACE TABLE target LIKE other",
        "CREATE OR REPLACE TABLE target AS SELECT * FROM other",
    ],
)
def test_an_emptied_table_has_loaded_nothing(db: Database, sql: str) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/truncate-table"""
    db("CREATE OR REPLACE TABLE other LIKE target")
    db.put("stg", "a.csv", HEADER + "1,1,x\n")
    copy(db)
    db(sql)
    assert copy(db)[0]["rows_loaded"] == 1


def test_a_rolled_back_load_is_forgotten(db: Database) -> None:
    db.put("stg", "a.csv", HEADER + "1,1,x\n")
    db("BEGIN")
    copy(db)
    db("ROLLBACK")
    assert db.value("SELECT COUNT(*) FROM target") == 0
    assert copy(db)[0]["rows_loaded"] == 1


def test_files_and_pattern_choose_files(db: Database) -> None:
    for number, name in enumerate(["in/a.csv", "in/b.csv", "out/c.csv"]):
        folder, _, file = name.partition("/")
        db.put(f"stg/{folder}", file, f"{HEADER}{number},1,x\n")
    assert [r["file"] for r in copy(db, "FILES = ('b.csv')", "@stg/in")] == ["stg/in/b.csv"]
    assert [r["file"] for r in copy(db, "PATTERN = '.*/[ac][.]csv'")] == [
        "stg/in/a.csv",
        "stg/out/c.csv",
    ]
    assert db.error(f"COPY INTO target FROM @stg FILES = ('no.csv') {CSV}").errno == 91016


def test_purge_removes_loaded_files(db: Database) -> None:
    db.put("stg", "a.csv", HEADER + "1,1,x\n")
    db("BEGIN")
    copy(db, "PURGE = TRUE")
    db("COMMIT")
    assert db("LIST @stg") == []


def test_a_transforming_select_chooses_and_computes(db: Database) -> None:
    """https://docs.snowflake.com/en/user-guide/data-load-transform"""
    content = HEADER + '1,1.005,"a, b"\n2,x,\n3\n'
    db.put("stg/in", "a.csv", content)
    db(
        """CREATE OR REPLACE TABLE wide (id TEXT, amount NUMBER(10, 2), extra TEXT, file TEXT,
                                         row_number INT, content_key TEXT)"""
    )
    db(
        f"""COPY INTO wide (id, amount, extra, file, row_number, content_key)
            FROM (SELECT UPPER(t.$1), TRY_TO_NUMBER($2, 10, 2), $4, METADATA$FILENAME,
                         METADATA$FILE_ROW_NUMBER, METADATA$FILE_CONTENT_KEY
                  FROM @stg/in t) {CSV}"""
    )
    rows = db("SELECT * FROM wide ORDER BY row_number")
    assert [row[:3] for row in rows] == [
        ("1", Decimal("1.01"), None),
        ("2", None, None),
        ("3", None, None),
    ]
    assert {row[3] for row in rows} == {"in/a.csv"}
    assert [row[4] for row in rows] == [1, 2, 3]
    assert {row[5] for row in rows} == {hashlib.md5(content.encode()).hexdigest()}


TEXT = (
    "FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"' EMPTY_FIELD_AS_NULL = FALSE "
    "NULL_IF = () ESCAPE_UNENCLOSED_FIELD = NONE)"
)

# What the four fields of a load buffer hold, by the bytes of a file.
BUFFERS: dict[str, tuple[bytes, list[tuple[str | None, ...]]]] = {
    "plain": (b"a,b,c\nd,e,f\n", [("a", "b", "c", None), ("d", "e", "f", None)]),
    "empty is not missing": (b'a,,""\nb\n', [("a", "", "", None), ("b", None, None, None)]),
    "too many fields": (b"1,2,3,4,5\n1,2\n", [("1", "2", "3", "4"), ("1", "2", None, None)]),
    "quoted comma and newline": (b'"a, b","c\nd","e ""f"""\n', [("a, b", "c\nd", 'e "f"', None)]),
    "windows line ends": (b'a,b\r\n"c",d\r\n', [("a", "b", None, None), ("c", "d", None, None)]),
    "mixed line ends": (b"a,b\r\nc,d\n", [("a", "b", None, None), ("c", "d", None, None)]),
    "no last line end": (b"a,b\nc,d", [("a", "b", None, None), ("c", "d", None, None)]),
    "byte order mark": (b"\xef\xbb\xbfa,b\n", [("a", "b", None, None)]),
    "spaces are kept": (b" a ,b \n", [(" a ", "b ", None, None)]),
    "a blank line is a row": (
        b"a,b\n\nc,d\n",
        [("a", "b", None, None), ("", None, None, None), ("c", "d", None, None)],
    ),
    "backslash as it is": (b"a\\,\\N,\n", [("a\\", "\\N", "", None)]),
    "not latin": ("ไทย,é\n".encode(), [("ไทย", "é", None, None)]),
    "one field": (
        b"a\n\nb\n",
        [("a", None, None, None), ("", None, None, None), ("b", None, None, None)],
    ),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("kind", BUFFERS)
def test_a_text_buffer_holds_every_field_as_it_was(db: Database, kind: str) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-file-format#type-csv"""
    content, expected = BUFFERS[kind]
    db.put("stg", "a.csv", content)
    db("CREATE OR REPLACE TABLE buffer (a TEXT, b TEXT, c TEXT, d TEXT, n INT)")
    db(
        f"""COPY INTO buffer FROM (SELECT $1, $2, $3, $4, METADATA$FILE_ROW_NUMBER FROM @stg)
            {TEXT} ON_ERROR = ABORT_STATEMENT"""
    )
    rows = db("SELECT * FROM buffer ORDER BY n")
    assert [row[:4] for row in rows] == expected
    assert [row[4] for row in rows] == list(range(1, len(expected) + 1))


def test_by_default_an_empty_field_is_null_and_an_enclosed_one_is_not(db: Database) -> None:
    db.put("stg", "a.csv", HEADER + '1,,""\n2,\\N,\\N\n')
    copy(db)
    assert db("SELECT amount, note FROM target ORDER BY id") == [(None, ""), (None, None)]


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("HEX", "A1b2", b"\xa1\xb2"),
        ("BASE64", "obI=", b"\xa1\xb2"),
        ("UTF-8", "é", b"\xc3\xa9"),
    ],
)
def test_binary_format_says_what_bytes_a_text_stands_for(
    db: Database, encoding: str, text: str, expected: bytes
) -> None:
    """https://docs.snowflake.com/en/sql-reference/binary-input-output"""
    db("CREATE OR REPLACE TABLE bytes (a BINARY)")
    db("CREATE OR REPLACE STAGE of_bytes")
    db.put("of_bytes", "a.csv", f"{text}\n")
    db(f"COPY INTO bytes FROM @of_bytes FILE_FORMAT = (TYPE = CSV BINARY_FORMAT = '{encoding}')")
    assert bytes(db.value("SELECT a FROM bytes")) == expected


def test_null_if_names_what_is_null(db: Database) -> None:
    db.put("stg", "a.csv", HEADER + '1,NA,"-"\n')
    db(f"COPY INTO target FROM @stg {CSV[:-1]} NULL_IF = ('NA', '-'))")
    assert db("SELECT amount, note FROM target") == [(None, None)]


def test_an_unreadable_number_aborts_and_names_its_place(db: Database) -> None:
    db.put("stg", "a.csv", HEADER + "1,1,x\n2,two,y\n")
    error = db.error(f"COPY INTO target FROM @stg {CSV}")
    assert error.errno == 100038
    for part in ("Numeric value 'two' is not recognized", "stg/a.csv", "line 3", "AMOUNT"):
        assert part in str(error)
    assert db.value("SELECT COUNT(*) FROM target") == 0


@pytest.mark.parametrize(
    ("on_error", "status", "loaded"),
    [
        ("CONTINUE", "PARTIALLY_LOADED", 2),
        ("SKIP_FILE", "LOAD_FAILED", 0),
        ("SKIP_FILE_2", "LOAD_FAILED", 0),
        ("SKIP_FILE_3", "PARTIALLY_LOADED", 2),
        ("'SKIP_FILE_60%'", "PARTIALLY_LOADED", 2),
        ("'SKIP_FILE_50%'", "LOAD_FAILED", 0),
    ],
)
def test_on_error_says_what_bad_rows_do(
    db: Database, on_error: str, status: str, loaded: int
) -> None:
    db.put("stg", "a.csv", HEADER + "1,1,x\n2,two,y\n3,3\n4,4,z\n")
    db.put("stg", "b.csv", HEADER + "5,5,ok\n")
    first, second = sorted(copy(db, f"ON_ERROR = {on_error}"), key=lambda row: row["file"])
    assert (first["status"], first["rows_parsed"], first["rows_loaded"]) == (status, 4, loaded)
    assert first["errors_seen"] == 2
    assert first["first_error_line"] == 3
    assert first["first_error_column_name"] == '"TARGET"["AMOUNT"]'
    assert (second["status"], second["rows_loaded"]) == ("LOADED", 1)


@pytest.mark.parametrize(
    ("content", "errno"),
    [
        (b"1,1\n", 100080),
        (b"1,1,x,y\n", 100080),
        (b'1,1,"x"y\n', 100016),
        (b"1,1,\xff\n", 100144),
        (b"9e99,1,x\n", None),
    ],
)
def test_a_record_that_cannot_be_read_aborts(
    db: Database, content: bytes, errno: int | None
) -> None:
    db.put("stg", "a.csv", HEADER.encode() + content)
    error = db.error(f"COPY INTO target FROM @stg {CSV}")
    assert errno in (None, error.errno)
    assert db.value("SELECT COUNT(*) FROM target") == 0


def test_a_mismatch_of_columns_can_be_allowed(db: Database) -> None:
    db.put("stg", "a.csv", HEADER + "1\n2,2,x,more\n")
    db(f"COPY INTO target FROM @stg {CSV[:-1]} ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE)")
    assert db("SELECT id, note FROM target ORDER BY id") == [(1, None), (2, "x")]


@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_a_damaged_gzip_is_an_error_of_that_file(db: Database, damage: str) -> None:
    whole = bytearray(gzipped(HEADER + "1,1,x\n" * 10_000))
    if damage == "truncated":
        whole = whole[: len(whole) // 2]
    else:
        whole[-6] ^= 0xFF  # the checksum
    db.put("stg", "a.csv.gz", bytes(whole))
    db.put("stg", "b.csv.gz", gzipped(HEADER + "2,2,y\n"))
    db.error(f"COPY INTO target FROM @stg {CSV}")
    assert db.value("SELECT COUNT(*) FROM target") == 0
    statuses = {row["file"]: row["status"] for row in copy(db, "ON_ERROR = SKIP_FILE")}
    assert statuses == {"stg/a.csv.gz": "LOAD_FAILED", "stg/b.csv.gz": "LOADED"}
    assert db.value("SELECT COUNT(*) FROM target") == 1


def test_a_named_format_and_the_format_of_a_stage(db: Database) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-file-format"""
    db("CREATE OR REPLACE FILE FORMAT piped TYPE = CSV FIELD_DELIMITER = '|' SKIP_HEADER = 0")
    db("CREATE OR REPLACE STAGE stg FILE_FORMAT = (FORMAT_NAME = 'piped')")
    db.put("stg", "a.csv", "1|1|x\n")
    db("COPY INTO target FROM @stg")
    db("COPY INTO target FROM @stg FILE_FORMAT = (FORMAT_NAME = 'piped') FORCE = TRUE")
    assert db.value("SELECT COUNT(*) FROM target") == 2
    assert db.error("COPY INTO target FROM @stg FILE_FORMAT = (FORMAT_NAME = 'no')").errno == 2003


def test_rows_go_into_the_columns_named(db: Database) -> None:
    db.put("stg", "a.csv", "note,id\nx,1\n")
    db(f"COPY INTO target (note, id) FROM @stg {CSV}")
    assert db("SELECT * FROM target") == [(1, None, "x")]


def test_an_error_in_one_file_undoes_the_others(db: Database) -> None:
    db.put("stg", "a.csv", HEADER + "1,1,x\n")
    db.put("stg", "b.csv", HEADER + "2,two,y\n")
    db.error(f"COPY INTO target FROM @stg {CSV}")
    assert db.value("SELECT COUNT(*) FROM target") == 0


UNKNOWN = [
    "VALIDATION_MODE = RETURN_ERRORS",
    "SIZE_LIMIT = 100",
    "NO_SUCH_OPTION = 1",
    "FILE_FORMAT = (TYPE = AVRO)",
    "FILE_FORMAT = (TYPE = CSV ENCODING = 'UTF-16')",
    "FILE_FORMAT = (TYPE = CSV NO_SUCH_OPTION = 1)",
    "ON_ERROR = WHATEVER",
]


@pytest.mark.parametrize("option", UNKNOWN)
def test_an_option_the_local_server_does_not_know_is_an_error(
    local: Any, db: Database, option: str
) -> None:
    if local is None:
        pytest.skip("Snowflake knows some of them")
    with pytest.raises(Error, match=r"does not know|WHATEVER"):
        db(f"COPY INTO target FROM @stg {option}")
