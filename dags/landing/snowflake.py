"""Connections to Snowflake, and the few statements that landing sends besides the dbt macros."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import snowflake.connector
from snowflake.connector import SnowflakeConnection

import settings
from settings import sign_in

from .waiting import said_while_waiting, timeouts


def connect_from_env(env: Mapping[str, str] | None = None) -> SnowflakeConnection:
    """A connection as the settings say: the local server, or an account.

    Args:
        env: other variables than those of this process.

    Raises:
        snowflake.connector.Error: the server is unreachable or refuses the login.
        SettingError: an account is named, and nothing to sign in with.
    """
    return with_one_role(snowflake.connector.connect(**parameters_from_env(env)))


def with_one_role(connection: SnowflakeConnection) -> SnowflakeConnection:
    """The connection, without the user's secondary roles: their privileges would be added.

    Raises:
        snowflake.connector.Error: the server is unreachable.
    """
    rows(connection, "use secondary roles none")
    return connection


def connect_as_loader() -> SnowflakeConnection:
    """The same with the role that may write the raw schema.

    Raises:
        snowflake.connector.Error: the server is unreachable or refuses the login.
        SettingError: an account is named, and nothing to sign in with.
    """
    role = settings.get_optional("SNOWFLAKE_LOADER_ROLE")
    return connect_from_env({**settings.variables(), "SNOWFLAKE_ROLE": role} if role else None)


def parameters_from_env(env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Arguments of snowflake.connector.connect; dbt_project/profiles.yml reads the same settings.

    Raises:
        SettingError: an account is named, and nothing to sign in with.
    """
    env = settings.variables() if env is None else env
    found = sign_in.from_env(env)
    if found.key_file:
        secrets = {"private_key_file": found.key_file, "private_key_file_pwd": found.secret}
    else:
        secrets = {"password": found.secret}
    return session_from_env(env) | secrets


def session_from_env(env: Mapping[str, str]) -> dict[str, Any]:
    """The same without key, token or password.

    Raises:
        SettingError: SNOWFLAKE_PORT is not a port, or SNOWFLAKE_TIMEOUT no number of seconds.
    """
    account = settings.get_or_default("SNOWFLAKE_ACCOUNT", env)
    parameters: dict[str, Any] = {
        "account": account,
        "user": settings.get_or_default("SNOWFLAKE_USER", env),
        "role": env.get("SNOWFLAKE_ROLE") or None,
        "warehouse": env.get("SNOWFLAKE_WAREHOUSE") or None,
        "database": settings.get_or_default("SNOWFLAKE_DATABASE", env),
        "application": "transaction_pipeline",
        **timeouts(env),
    }
    if account == "local":
        parameters |= {
            "host": settings.get_or_default("SNOWFLAKE_HOST", env),
            "port": settings.port("SNOWFLAKE_PORT", env),
            "protocol": "http",
        }
    return parameters


def rows(
    connection: SnowflakeConnection, sql: str, binds: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """All rows of one statement.

    Args:
        binds: values for each `%s` in the statement; without binds, `%` is an ordinary character.

    Raises:
        snowflake.connector.Error: Snowflake is unreachable, or refuses the statement.
    """
    with said_while_waiting(" ".join(sql.split()[:3])), connection.cursor() as cursor:
        return cursor.execute(sql, binds or None).fetchall()  # type: ignore[union-attr]


def put(connection: SnowflakeConnection, file: Path, stage_path: str, parallel: int = 8) -> None:
    """Upload a file, or all files that match a glob, without compressing them.

    Args:
        file: its name may contain `*`.
        stage_path: @schema.stage/path/.
        parallel: files that are uploaded at a time; each is in memory meanwhile.

    Raises:
        snowflake.connector.Error: the upload failed.
    """
    quoted = str(file).replace("\\", "\\\\").replace("'", "\\'")
    rows(
        connection,
        f"put 'file://{quoted}' {stage_path} auto_compress = false source_compression = gzip "
        f"overwrite = true parallel = {parallel}",
    )
