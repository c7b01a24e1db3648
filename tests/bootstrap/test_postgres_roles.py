"""Each Postgres role can do its one job and nothing else."""

from __future__ import annotations

import psycopg
import pytest

PASSWORDS = {
    "connect_sink": "CONNECT_SINK_PASSWORD",
    "unload": "UNLOAD_PASSWORD",
    "dbt_operational": "DBT_OPERATIONAL_PASSWORD",
}


def _run(stack: dict[str, str], role: str, statement: str, database: str = "pipeline") -> None:
    with psycopg.connect(
        host=stack["POSTGRES_HOST"],
        port=int(stack["POSTGRES_PORT"]),
        dbname=database,
        user=role,
        password=stack[PASSWORDS[role]],
    ) as connection:
        connection.execute(statement.encode())
        connection.rollback()


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("connect_sink", "insert into transactions_sink (tx_id) values ('x')"),
        ("connect_sink", "update transactions_sink set amount = 1"),
        ("unload", "select * from transactions_sink"),
        ("dbt_operational", "create view operational.probe as select * from transactions_sink"),
    ],
)
def test_a_role_can_do_its_job(stack: dict[str, str], role: str, statement: str) -> None:
    _run(stack, role, statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("connect_sink", "delete from transactions_sink"),
        ("connect_sink", "drop table transactions_sink"),
        ("connect_sink", "truncate transactions_sink"),
        ("connect_sink", "create table public.probe (x int)"),
        ("connect_sink", "create table operational.probe (x int)"),
        ("connect_sink", "select * from operational.unload_transactions"),
        ("connect_sink", "select * from pg_authid"),
        ("connect_sink", "copy transactions_sink to program 'cat'"),
        ("connect_sink", "alter table transactions_sink disable trigger all"),
        ("connect_sink", "select lo_create(0)"),
        ("unload", "select lo_from_bytea(0, 'x')"),
        ("unload", "insert into transactions_sink (tx_id) values ('x')"),
        ("unload", "update transactions_sink set amount = 1"),
        ("unload", "delete from transactions_sink"),
        ("unload", "truncate transactions_sink"),
        ("unload", "drop table transactions_sink"),
        ("unload", "select * from transactions_sink for update"),
        ("unload", "create table public.probe (x int)"),
        ("unload", "create table operational.probe (x int)"),
        ("dbt_operational", "update transactions_sink set amount = 1"),
        ("dbt_operational", "create table public.probe (x int)"),
    ],
)
def test_a_role_can_do_nothing_else(stack: dict[str, str], role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _run(stack, role, statement)


@pytest.mark.parametrize("role", PASSWORDS)
@pytest.mark.parametrize("database", ["airflow", "registry", "postgres", "template1"])
def test_no_role_of_the_pipeline_reaches_another_database(
    stack: dict[str, str], role: str, database: str
) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        _run(stack, role, "select 1", database=database)
