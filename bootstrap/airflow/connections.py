"""The two connections people see, edit and test in Airflow's UI."""

from __future__ import annotations

import json
from typing import Any

import settings
from bootstrap.airflow.api import Airflow
from settings import names, sign_in


def connections() -> list[dict[str, Any]]:
    """What the settings say, in the form of Airflow's REST API."""
    return [_postgres(), _snowflake()]


def _postgres() -> dict[str, Any]:
    return {
        "connection_id": names.POSTGRES_CONNECTION,
        "conn_type": "postgres",
        "description": "Where the sink connector writes; read by the unload, with a read-only role",
        "host": settings.get("POSTGRES_HOST"),
        "port": settings.port("POSTGRES_PORT"),
        "schema": settings.get("POSTGRES_DB"),
        "login": "unload",
        "password": settings.get("UNLOAD_PASSWORD"),
    }


def _snowflake() -> dict[str, Any]:
    extra: dict[str, Any] = {
        "account": settings.get("SNOWFLAKE_ACCOUNT"),
        "warehouse": settings.get("SNOWFLAKE_WAREHOUSE"),
        "database": settings.get("SNOWFLAKE_DATABASE"),
        # Tasks land rows through it; dbt reads SNOWFLAKE_ROLE from the environment.
        "role": settings.get("SNOWFLAKE_LOADER_ROLE"),
    }
    if settings.snowflake_is_local():
        extra |= {
            "host": settings.get("SNOWFLAKE_HOST"),
            "port": settings.port("SNOWFLAKE_PORT"),
            "protocol": "http",
        }
    found = sign_in.from_env()
    if found.key_file:
        extra["private_key_file"] = found.key_file
    return {
        "connection_id": names.SNOWFLAKE_CONNECTION,
        "conn_type": "snowflake",
        "description": "Where rows land and dbt transforms them",
        "schema": settings.get("SNOWFLAKE_SCHEMA"),
        "login": settings.get("SNOWFLAKE_USER"),
        # With a key, the key's passphrase.
        "password": found.secret or "",
        "extra": json.dumps(extra),
    }


def put() -> None:
    """Create both in the running Airflow, or bring them to what the settings say.

    Raises:
        AirflowError: Airflow refuses the login or a connection.
        SettingError: a Snowflake account is named, and nothing to sign in with.
    """
    airflow = Airflow()
    for connection in connections():
        airflow.put_connection(connection)
