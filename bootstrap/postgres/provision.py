"""Creates databases, roles and tables; safe to repeat, and it never drops anything."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

import settings

HERE = Path(__file__).parent

#: Role -> setting with its password. What each may do is in 01_privileges.sql, on sink
#: tables in 02_sink_table.sql.
ROLES = {
    "connect_sink": "CONNECT_SINK_PASSWORD",
    "unload": "UNLOAD_PASSWORD",
    "dbt_operational": "DBT_OPERATIONAL_PASSWORD",
    "airflow": "AIRFLOW_DB_PASSWORD",
    "registry": "REGISTRY_DB_PASSWORD",
}


def connect(database: str) -> psycopg.Connection:
    """A superuser's connection, in autocommit.

    Raises:
        psycopg.OperationalError: the server is unreachable or refuses the password.
    """
    return psycopg.connect(
        host=settings.get("POSTGRES_HOST"),
        port=settings.port("POSTGRES_PORT"),
        user="postgres",
        password=settings.get("POSTGRES_PASSWORD"),
        dbname=database,
        autocommit=True,
        connect_timeout=5,
    )


def apply() -> None:
    """Bring the server to the state that the SQL files and ROLES describe."""
    pipeline = settings.get("POSTGRES_DB")
    with connect("postgres") as server:
        for role, setting in ROLES.items():
            _ensure_role(server, role, settings.get(setting))
        _ensure_database(server, pipeline, owner="postgres")
        for role in ("airflow", "registry"):
            _ensure_database(server, role, owner=role)
        for shared in ("postgres", "template1"):
            # A managed server's may be its provider's, who decides.
            with suppress(psycopg.errors.InsufficientPrivilege):
                _close_to_others(server, shared)
    with connect(pipeline) as database, database.transaction():
        for file in sorted(HERE.glob("*.sql")):
            database.execute(file.read_bytes())


def _ensure_role(server: psycopg.Connection, role: str, password: str) -> None:
    exists = server.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    verb = "alter" if exists else "create"
    server.execute(
        sql.SQL(verb + " role {} login password {}").format(
            sql.Identifier(role), sql.Literal(password)
        )
    )


def _ensure_database(server: psycopg.Connection, name: str, owner: str) -> None:
    if not server.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        statement = sql.SQL("create database {} owner {}")
        server.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))
    _close_to_others(server, name)


def _close_to_others(server: psycopg.Connection, database: str) -> None:
    """Take from everybody what Postgres gives to all: to connect, and to make temporary tables."""
    revoke = sql.SQL("revoke all on database {} from public")
    server.execute(revoke.format(sql.Identifier(database)))
