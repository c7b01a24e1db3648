"""SQL reaches databases and stages, and nothing else of the host; nothing is taken unasked."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
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
KEYS = '"_fs_global"."_fs_information_schema"."_user_keys"'
# Catalogs and schemas that are DuckDB's or the server's own, each named in another way.
INTERNAL = {
    "insert": f"insert into {KEYS} values ('TESTER', 'RSA_PUBLIC_KEY', 'x')",
    "update": f"update {KEYS} set \"public_key\" = 'x'",
    "delete": f"delete from {KEYS}",
    "truncate": f"truncate table {KEYS}",
    "merge into": f"merge into {KEYS} k using kept on true when matched then delete",
    "merge using": f"merge into kept using {KEYS} k on true when matched then delete",
    "drop": f"drop table if exists {KEYS}",
    "rename": f"alter table {KEYS} rename to moved",
    "swap": f"alter table kept swap with {KEYS}",
    "clone": f"create table copied clone {KEYS}",
    "like": f"create table copied like {KEYS}",
    "as": f"create table copied as select * from {KEYS}",
    "temporary": f"create temporary table copied as select * from {KEYS}",
    "view": f"create view copied as select * from {KEYS}",
    "create": 'create table "_fs_global"."main".copied (a int)',
    "stage": 'create stage "_fs_global"."main".copied',
    "comment": f"comment on table {KEYS} is 'x'",
    "comment on column": f"comment on column {KEYS}.\"slot\" is 'x'",
    "comments": f"alter table {KEYS} alter \"slot\" comment 'x', \"user_name\" comment 'y'",
    "copy": f"copy into {KEYS} from @%kept",
    "copy with a query": f"copy into kept from (select (select slot from {KEYS}) from @%kept)",
    "select": f"select * from {KEYS}",
    "other case": 'select * from "_FS_Global"."_FS_Information_Schema"."_User_Keys"',
    "subquery": f'select * from kept where a in (select "slot" from {KEYS})',
    "cte": f"with k as (select * from {KEYS}) select * from k",
    "union": f'select a from kept union all select "slot" from {KEYS}',
    "join": f"select * from kept, lateral (select * from {KEYS})",
    "identifier": f"select * from identifier('{KEYS}')",
    "describe": f"describe table {KEYS}",
    "show tables": 'show tables in schema "_fs_global"."_fs_information_schema"',
    "show columns": f"show columns in table {KEYS}",
    "show schemas": 'show schemas in database "_fs_global"',
    "own schema": 'select * from pipeline."_fs_information_schema"."_loaded_files"',
    "information schema": "delete from information_schema.load_history",
    "its hidden tables": 'select * from information_schema."_loaded_files"',
    "its creation": "create table information_schema.copied (a int)",
    "of DuckDB": 'select * from "information_schema"."tables"',
    "also of DuckDB": "select * from information_schema.table_constraints",
    "system": "select * from system.information_schema.tables",
    "main": 'select "path" from "main"."duckdb_databases"',
    "pg_catalog": 'select "name" from "pg_catalog"."pg_settings"',
    "drop database": 'drop database "_fs_global"',
    "replace database": 'create or replace database "temp"',
    "create database": 'create database "_fs_mine"',
    "drop schema": 'drop schema pipeline."_fs_information_schema"',
    "create schema": 'create schema "_fs_mine"',
}
USES = [
    'use database "_fs_global"',
    'use "_fs_global"."main"',
    'use schema "_fs_information_schema"',
    'use schema "main"',
    "use database temp",
]
# Views that DuckDB finds by their name alone, unless the client has an object of that name.
SYSTEM_VIEWS = [
    "select database_name, path from duckdb_databases",
    'select "name", "setting" from "pg_settings"',
    "select * from PRAGMA_DATABASE_LIST",
    "select * from (duckdb_tables)",
    "select * from lateral duckdb_tables",
    "select * from identifier('duckdb_views')",
    "create view copied as select * from duckdb_views",
    "create table copied as select * from sqlite_master",
    "insert into kept select table_name from duckdb_tables",
    "insert into kept table duckdb_tables",
    "select (select count(*) from pg_tables) from kept",
    "with pg_tables as (select * from pg_tables) select * from pg_tables",
    "with recursive pg_tables as (select * from pg_tables) select * from pg_tables",
    """with recursive pg_tables as (select tablename from pg_tables union all
       select tablename from pg_tables where false) select * from pg_tables""",
    "select * from (with pg_views as (select 1 as a) select * from pg_views), pg_views",
    "describe table duckdb_tables",
]
# An apostrophe in a name, and what would be run behind it.
_RUN = "create table pipeline.strange.taken (a int); --"
SQL_IN_NAMES = [
    f'create table "x\' as y; {_RUN}" (a int)',
    f'create table named ("x\', 1, 1); {_RUN}" varchar(5))',
    f"create table \"x', 'z'); {_RUN}\" (a int) comment = 'y'",
    f'create view "x\' as y; {_RUN}" as select 1 as a',
    f'show tables in schema "x\' or true; {_RUN}"',
    'show tables in schema "x\' union all select * from _fs_global.main.users --"',
    'describe table "x\' union all select * from _fs_global.main.users --"',
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


@pytest.fixture
def kept(server_of_the_module: LocalServer, tmp_path: Path) -> Iterator[Database]:
    """A client in a schema of its own with the table KEPT."""
    with server_of_the_module.connect() as connection:
        db = Database(connection, tmp_path)
        db("create or replace schema strange")
        db("create table kept (a varchar)")
        yield db
        db("drop schema pipeline.strange")


@pytest.mark.parametrize("sql", INTERNAL.values(), ids=INTERNAL)
def test_catalogs_of_the_server_do_not_exist_for_a_client(kept: Database, sql: str) -> None:
    error = kept.error(sql)
    assert error.errno == 2003, error
    assert "does not exist or not authorized" in str(error)


@pytest.mark.parametrize("sql", USES)
def test_nobody_enters_a_catalog_of_the_server(kept: Database, sql: str) -> None:
    assert kept.error(sql).errno == 2043
    assert kept("select current_database(), current_schema()") == [("PIPELINE", "STRANGE")]


def test_nobody_signs_in_to_a_catalog_of_the_server(
    server_of_the_module: LocalServer, tmp_path: Path
) -> None:
    for names in ({"database": "_fs_global", "schema": "main"}, {"schema": "main"}):
        settings = {key: f'"{name}"' for key, name in names.items()}
        with server_of_the_module.connect(**settings) as connection:
            db = Database(connection, tmp_path)
            assert db.value("select current_schema()") in (None, "PUBLIC")


@pytest.mark.parametrize("sql", SYSTEM_VIEWS)
def test_views_of_duckdb_do_not_exist_for_a_client(kept: Database, sql: str) -> None:
    error = kept.error(sql)
    assert (error.errno, error.sqlstate) == (2003, "42S02"), error


def test_a_view_never_comes_to_mean_one_of_duckdb(kept: Database) -> None:
    kept("create table duckdb_databases (path varchar)")
    kept("create view paths as select path from duckdb_databases")
    kept("drop table duckdb_databases")
    assert kept.error("select * from paths").errno == 2003


def test_a_name_in_a_variable_or_a_parameter_is_checked_too(kept: Database) -> None:
    kept("set named = 'duckdb_databases'")
    kept("set bare = duckdb_databases")
    for sql in ("select * from identifier($named)", "select * from $bare"):
        assert kept.error(sql).errno == 2003
    kept("set mine = 'kept'")
    assert kept("select * from identifier($mine)") == []


def test_a_client_may_have_objects_of_these_names(kept: Database) -> None:
    kept("create table pg_tables (a int)")
    kept("insert into pg_tables values (1)")
    kept("update pg_tables set a = 2 where pg_tables.a = 1")
    assert kept("select pg_tables.a from pg_tables") == [(2,)]
    kept("create temporary table duckdb_tables (a int)")
    assert kept("select * from duckdb_tables") == []
    assert kept("with pg_views as (select 1 as a) select * from pg_views") == [(1,)]
    assert kept("with a as (select 3 as a), pg_views as (select * from a) select * from pg_views")
    counted = """with recursive pg_views as (select 1 as a union all
                 select a + 1 from pg_views where a < 3) select * from pg_views"""
    assert kept(counted) == [(1,), (2,), (3,)]


def test_what_snowflake_shows_of_a_database_goes_on_working(kept: Database) -> None:
    where = "where table_schema = 'STRANGE'"
    assert kept(f"select table_name from information_schema.tables {where}") == [("KEPT",)]
    assert kept(f"select column_name from pipeline.information_schema.columns {where}") == [("A",)]
    for view in ("databases", "schemata", "views", "load_history"):
        kept(f"select * from information_schema.{view}")
    for shown in ("tables", "views", "objects", "columns", "stages", "schemas", "databases"):
        kept(f"show {shown}")
    assert len(kept("show tables in schema pipeline.strange")) == 1
    assert len(kept("show columns in table kept")) == 1
    assert kept("describe table kept")[0][0] == "A"
    assert kept("describe table information_schema.tables")


@pytest.mark.parametrize("sql", SQL_IN_NAMES)
def test_a_name_is_never_run_as_sql(kept: Database, sql: str) -> None:
    if sql.startswith("create"):
        kept(sql)
    else:
        assert "apostrophe" in str(kept.error(sql))
    assert "TAKEN" not in {row[1] for row in kept("show tables in schema strange")}


def test_only_a_key_is_stored_as_a_key(kept: Database) -> None:
    for key in ("'zz'", "zz", "''", "$$zz$$", '"zz"'):
        error = kept.error(f"alter user stranger set rsa_public_key = {key}")
        assert (error.errno, "Invalid public key" in str(error)) == (3542, True)


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
