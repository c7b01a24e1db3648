"""SQL reaches databases and stages, and nothing else of the host; nothing is taken unasked."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from account import Database, LocalServer

FILE_READS = [
    "select * from '{file}'",
    "from '{file}'",
    "create table t as select * from '{file}'",
    "insert into kept select a from '{file}'",
    "describe table '{file}'",
    "select * from read_text('{file}')",
    "select * from table(read_csv('{file}'))",
    "select * from parquet_scan('{file}')",
    "with x as (select * from read_blob('{file}')) select * from x",
    "select * from glob('{folder}/*')",
    "copy into kept from '{file}'",
    "copy into kept from 'file://{file}'",
    "create view v as select * from '{file}'",
    "merge into kept using '{file}' s on kept.a = s.a when matched then delete",
]
FILE_WRITES = [
    "copy (select 1) to '{folder}/written'",
    "copy into '{folder}/written' from kept",
    "attach '{folder}/written' as x",
    "pragma profiling_output='{folder}/written.txt'",
    "export database '{folder}/written'",
    "import database '{folder}'",
]
SETTINGS = [
    "pragma enable_profiling",
    "pragma memory_limit='1MB'",
    "checkpoint",
    "detach pipeline",
    "install httpfs",
    "load httpfs",
    "reset memory_limit",
    "alter session set memory_limit = '1MB'",
    "call pragma_database_list()",
    "select getenv('SNOWFLAKE_PASSWORD')",
    "select * from duckdb_settings()",
]
NAMES = [
    "x\"\"; copy (select 1 as l) to ('{folder}/written') (format csv); --",
    "../../../written",
    "a.b",
    "with blank",
    "x" * 300,
]


@pytest.mark.parametrize("sql", [*FILE_READS, *FILE_WRITES, *SETTINGS])
def test_sql_reads_and_writes_no_file_of_the_host(
    server_of_the_module: LocalServer, tmp_path: Path, sql: str
) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a\nhidden\n")
    with server_of_the_module.connect() as connection:
        db = Database(connection, tmp_path)
        db("create or replace table kept (a varchar)")
        assert "hidden" not in str(db.error(sql.format(file=file, folder=tmp_path)))
        assert db.value("select count(*) from kept") == 0
    assert list(tmp_path.iterdir()) == [file]


@pytest.fixture(scope="module")
def server_of_the_module(local: LocalServer | None) -> LocalServer:
    """The local server; an account has no host to reach."""
    return local or pytest.skip("about the local server's host")


def test_no_name_leads_out_of_the_folder_or_keeps_the_server_from_starting(
    server: LocalServer, tmp_path: Path
) -> None:
    db = Database(server.connect(), tmp_path)
    for name in NAMES:
        text = name.format(folder=tmp_path)
        assert "whose name" in str(db.error(f'create database "{text}"'))
    for name in ("../../databases", "../x", ".hidden", "a/b"):
        assert "whose name" in str(db.error(f'create schema "{name}"'))
        db.error(f'drop schema "{name}"')
    db('create schema "x""; drop schema public; --"')
    db("create database sound")
    server.stop()
    (server.data / "databases" / "broken.db").write_text("no database")
    (server.data / "databases" / "a b.db").write_text("no database")
    server.start()
    db = Database(server.connect(), tmp_path)
    found = {row[1] for row in db("show databases")}
    assert {"PIPELINE", "SOUND"} <= found
    assert not found & {"broken", "a b"}
    assert {"data"} == {path.name for path in tmp_path.iterdir()}


def test_a_file_is_taken_only_at_an_address_that_a_put_gave(
    local: LocalServer, db: Database
) -> None:
    db("create or replace stage asked")
    stage = local.data / "stages"
    for path in ("uploads/PIPELINE/PUBLIC/ASKED/evil.csv", "uploads/PIPELINE/PUBLIC/X/e.csv"):
        for query in ("", "?overwrite=true", "?overwrite=true&expires=99999999999&signature=00"):
            assert _send(local, "PUT", path + query, b"1,2\n") == 403
    assert not list(stage.rglob("e*.csv"))


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"x" * (1 << 20), 413),
        (gzip.compress(b" " * (64 << 20), mtime=0), 413),
        (b"[" * 60_000, 400),
        (b"no json", 400),
        (gzip.compress(b"{}", mtime=0)[:-9], 400),
        (json.dumps([]).encode(), 400),
        (json.dumps({"data": []}).encode(), 200),
    ],
)
def test_what_a_stranger_sends_is_bounded(local: LocalServer, content: bytes, status: int) -> None:
    encoding = "gzip" if content[:2] == b"\x1f\x8b" else "identity"
    path = "session/v1/login-request"
    assert _send(local, "POST", path, content, encoding) == status


def _send(
    local: LocalServer, method: str, path: str, content: bytes, encoding: str = "identity"
) -> int:
    address = f"http://127.0.0.1:{local.port}/{path}"
    headers = {"Content-Encoding": encoding}
    request = urllib.request.Request(address, content, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
