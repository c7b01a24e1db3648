"""Stages: PUT, LIST and REMOVE.

https://docs.snowflake.com/en/sql-reference/sql/put
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest
from account import Database
from snowflake.connector.errors import Error


@pytest.fixture
def stage(db: Database) -> str:
    db("CREATE OR REPLACE STAGE files")
    return "files"


def listed(db: Database, reference: str) -> list[str]:
    return sorted(row[0] for row in db(f"LIST {reference}"))


def test_put_compresses_unless_told_otherwise(db: Database, stage: str, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("1\n")
    (row,) = db(f"PUT file://{file} @{stage}")
    assert row[:2] == ("a.csv", "a.csv.gz")
    assert row[5:7] == ("GZIP", "UPLOADED")
    (row,) = db(f"PUT file://{file} @{stage} AUTO_COMPRESS = FALSE")
    assert row[:6] == ("a.csv", "a.csv", 2, 2, "NONE", "NONE")
    assert listed(db, f"@{stage}") == ["files/a.csv", "files/a.csv.gz"]


def test_put_does_not_compress_twice(db: Database, stage: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"1\n"))
    (row,) = db(f"PUT file://{tmp_path}/a.csv.gz @{stage}")
    assert row[1] == "a.csv.gz"
    assert row[4:6] == ("GZIP", "GZIP")


@pytest.mark.parametrize("quote", ["", "'"])
def test_put_takes_a_pattern_quoted_or_not(
    db: Database, stage: str, tmp_path: Path, quote: str
) -> None:
    for name in ("a1.csv", "a2.csv", "b.csv"):
        (tmp_path / name).write_text(name)
    rows = db(f"PUT {quote}file://{tmp_path}/a*.csv{quote} @{stage} PARALLEL = 2")
    assert sorted(row[0] for row in rows) == ["a1.csv", "a2.csv"]
    assert listed(db, f"@{stage}") == ["files/a1.csv.gz", "files/a2.csv.gz"]


@pytest.mark.parametrize("name", ["with space.csv", "ไทย.csv", "q'uote.csv", "per%cent+.csv"])
def test_a_file_keeps_its_name(db: Database, stage: str, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("1\n")
    db(f"PUT 'file://{tmp_path}/{name.replace(chr(39), '?')}' @{stage} AUTO_COMPRESS = FALSE")
    assert listed(db, f"@{stage}") == [f"files/{name}"]


def test_put_into_a_path_and_list_below_it(db: Database, stage: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1\n")
    for path in ("x/1", "x/2/", "y"):
        db(f"PUT file://{tmp_path}/a.csv @{stage}/{path}")
    assert listed(db, f"@{stage}/x") == ["files/x/1/a.csv.gz", "files/x/2/a.csv.gz"]
    assert listed(db, f"@{stage} PATTERN = '.*/1/.*'") == ["files/x/1/a.csv.gz"]


def test_list_tells_size_and_checksum(db: Database, stage: str) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/list"""
    db.put(stage, "a.csv", "hello\n")
    ((name, size, md5, modified),) = db(f"LIST @{stage}")
    assert (name, size) == ("files/a.csv", 6)
    assert md5 == hashlib.md5(b"hello\n").hexdigest()
    assert modified.endswith("GMT")


def test_overwrite_replaces_a_file(db: Database, stage: str) -> None:
    db.put(stage, "a.csv", "old\n")
    db.put(stage, "a.csv", "newer\n")
    assert db(f"LIST @{stage}")[0][1] == 6


def test_without_overwrite_a_file_stays(
    local: Any, db: Database, stage: str, tmp_path: Path
) -> None:
    """A real account answers SKIPPED; the protocol leaves the local server only an error to say."""
    db.put(stage, "a.csv", "old\n")
    again = f"PUT file://{tmp_path}/a.csv @{stage} AUTO_COMPRESS = FALSE"
    db(again)  # the same content: nothing to say
    (tmp_path / "a.csv").write_text("newer\n")
    if local is None:
        assert db(again)[0][6] == "SKIPPED"
    else:
        with pytest.raises(Error, match="409"):
            db(again)
    assert db(f"LIST @{stage}")[0][1] == 4


def test_remove_deletes_what_matches(db: Database, stage: str) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/remove"""
    for name in ("a.csv", "b.csv", "c.txt"):
        db.put(f"{stage}/in", name, "1\n")
    assert len(db(f"REMOVE @{stage}/in PATTERN = '.*[.]txt'")) == 1
    assert sorted(db(f"REMOVE @{stage}/in/a")) == [("files/in/a.csv", "removed")]
    assert listed(db, f"@{stage}") == ["files/in/b.csv"]


def test_a_file_that_is_not_there_cannot_be_put(db: Database, stage: str) -> None:
    with pytest.raises(Error, match="doesn't exist"):
        db(f"PUT file:///no/such/file.csv @{stage}")


def test_put_into_a_stage_that_does_not_exist_fails(db: Database, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1\n")
    assert db.error(f"PUT file://{tmp_path}/a.csv @nowhere").errno == 2003


def test_a_path_cannot_leave_its_stage(
    local: Any, db: Database, stage: str, tmp_path: Path
) -> None:
    if local is None:
        pytest.skip("an account has no folders")
    (tmp_path / "a.csv").write_text("1\n")
    assert db.error(f"PUT file://{tmp_path}/a.csv @{stage}/../../other").errno == 1003


def test_replacing_or_dropping_a_stage_deletes_its_files(db: Database, stage: str) -> None:
    """https://docs.snowflake.com/en/sql-reference/sql/create-stage"""
    db.put(stage, "a.csv", "1\n")
    db(f"CREATE STAGE IF NOT EXISTS {stage}")
    assert len(db(f"LIST @{stage}")) == 1
    db(f"CREATE OR REPLACE STAGE {stage}")
    assert db(f"LIST @{stage}") == []
    db(f"DROP STAGE {stage}")
    assert db.error(f"LIST @{stage}").errno == 2003


def test_a_table_has_a_stage_of_its_own(db: Database) -> None:
    """https://docs.snowflake.com/en/user-guide/data-load-local-file-system-create-stage#table-stages"""
    db("CREATE OR REPLACE TABLE staged (a INT)")
    db.put("%staged", "a.csv", "1\n2\n")
    assert db("COPY INTO staged")[0][3] == 2
    assert db("SELECT a FROM staged ORDER BY a") == [(1,), (2,)]
