"""Connections to Snowflake, and the few statements that landing needs beside the dbt macros."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import snowflake.connector
from snowflake.connector import SnowflakeConnection

from settings import sign_in


def connect_from_env(env: Mapping[str, str] = os.environ) -> SnowflakeConnection:
    """A connection as the settings say: the local server, or an account.

    Raises:
        snowflake.connector.Error: the server is away or refuses the login.
        SettingError: an account is named, and nothing to sign in with.
    """
    return with_one_role(snowflake.connector.connect(**parameters_from_env(env)))


def with_one_role(connection: SnowflakeConnection) -> SnowflakeConnection:
    """The connection, without the user's secondary roles: they would add to what its role may."""
    rows(connection, "use secondary roles none")
    return connection


def connect_as_loader(env: Mapping[str, str] = os.environ) -> SnowflakeConnection:
    """The same with the role that may write the raw schema.

    Raises:
        snowflake.connector.Error: the server is away or refuses the login.
    """
    role = env.get("SNOWFLAKE_LOADER_ROLE") or env.get("SNOWFLAKE_ROLE") or ""
    return connect_from_env({**env, "SNOWFLAKE_ROLE": role})


def parameters_from_env(env: Mapping[str, str]) -> dict[str, Any]:
    """Arguments of snowflake.connector.connect; the same reading as in dbt_project/profiles.yml.

    Raises:
        SettingError: an account is named, and nothing to sign in with.
    """
    found = sign_in.from_env(env)
    if found.key_file:
        secrets = {"private_key_file": found.key_file, "private_key_file_pwd": found.secret}
    else:
        secrets = {"password": found.secret}
    return session_from_env(env) | secrets


def session_from_env(env: Mapping[str, str]) -> dict[str, Any]:
    """The same without what signs in."""
    account = env.get("SNOWFLAKE_ACCOUNT") or "local"
    parameters: dict[str, Any] = {
        "account": account,
        "user": env.get("SNOWFLAKE_USER") or "PIPELINE",
        "role": env.get("SNOWFLAKE_ROLE") or None,
        "warehouse": env.get("SNOWFLAKE_WAREHOUSE") or None,
        "database": env.get("SNOWFLAKE_DATABASE") or "PIPELINE",
        "application": "transaction_pipeline",
        "login_timeout": 10,
    }
    if account == "local":
        parameters |= {
            "host": env.get("SNOWFLAKE_HOST") or "127.0.0.1",
            "port": int(env.get("SNOWFLAKE_PORT") or 8085),
            "protocol": "http",
        }
    return parameters


def rows(
    connection: SnowflakeConnection, sql: str, binds: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """All rows of one statement; each `%s` in it stands for a bind, when there are binds."""
    with connection.cursor() as cursor:
        return cursor.execute(sql, binds or None).fetchall()  # type: ignore[union-attr]


def put(connection: SnowflakeConnection, file: Path, stage_path: str) -> None:
    """Upload a file, or all that a glob names, as they are.

    Args:
        file: its name may hold `*`.
        stage_path: @schema.stage/path/.

    Raises:
        snowflake.connector.Error: the upload failed.
    """
    quoted = str(file).replace("\\", "\\\\").replace("'", "\\'")
    rows(
        connection,
        f"put 'file://{quoted}' {stage_path} auto_compress = false source_compression = gzip "
        "overwrite = true parallel = 8",
    )
