"""The SQL that makes an account ready: the admin's part, then the objects of the landing blocks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from string import Template

import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.util_text import split_statements

import settings
from bootstrap import dbt
from bootstrap.snowflake import keys
from dags.landing.snowflake import parameters_from_env, session_from_env
from settings.errors import ExpectedError

HERE = Path(__file__).parent


class ScriptError(ExpectedError):
    """The SQL could not be rendered, or a statement was refused; the text names it."""


def render() -> str:
    """Both parts as one script, with the settings' names filled in.

    Raises:
        ScriptError: dbt cannot read the landing blocks.
        SettingError: a name or the key file is not set.
        KeyFileError: the key file cannot be used.
    """
    names = {
        "database": settings.get("SNOWFLAKE_DATABASE"),
        "warehouse": settings.get("SNOWFLAKE_WAREHOUSE"),
        "schema": settings.get("SNOWFLAKE_SCHEMA"),
        "user": settings.get("SNOWFLAKE_USER"),
        "loader": settings.get("SNOWFLAKE_LOADER_ROLE"),
        "transformer": settings.get("SNOWFLAKE_ROLE"),
        "public_key": keys.public_key(),
    }
    account = Template((HERE / "01_account.sql").read_text()).substitute(names)
    use = f"use role {names['loader']};\nuse database {names['database']};\n"
    return f"{account}\n-- --- what the landing blocks ask for ---\n{use}{_landing_objects()}"


def connect_as_admin(user: str, authenticator: str) -> SnowflakeConnection:
    """Sign in as somebody who may do all of the script.

    Args:
        authenticator: as Snowflake's connector names it; the password of `snowflake` is in
            SNOWFLAKE_ADMIN_PASSWORD.

    Raises:
        ScriptError: the account cannot be reached or refuses the login.
    """
    admin = {
        "SNOWFLAKE_USER": user,
        "SNOWFLAKE_PRIVATE_KEY_FILE": "",
        "SNOWFLAKE_ROLE": "",
        "SNOWFLAKE_WAREHOUSE": "",
    }
    if settings.snowflake_is_local():
        parameters = parameters_from_env({**os.environ, **admin})
    else:
        parameters = session_from_env({**os.environ, **admin}) | {
            "authenticator": authenticator,
            "password": settings.get_optional("SNOWFLAKE_ADMIN_PASSWORD"),
            # A person has to type or click.
            "login_timeout": 120,
        }
    try:
        return snowflake.connector.connect(**parameters)
    except snowflake.connector.Error as error:
        raise ScriptError(f"{user} cannot sign in: {error.raw_msg or error.msg}") from None


def apply(connection: SnowflakeConnection) -> Iterator[str]:
    """Run the script on an admin's connection; yields each statement's first line once it ran.

    Raises:
        ScriptError: a statement was refused; those before it stay, and repeating is safe.
    """
    for statement, _ in split_statements(StringIO(render()), remove_comments=True):
        if not statement.strip():
            continue
        first = statement.strip().splitlines()[0][:90]
        try:
            connection.cursor().execute(statement)
        except snowflake.connector.Error as error:
            raise ScriptError(f"{first} ... was refused: {error}") from None
        yield first


def _landing_objects() -> str:
    done = dbt.run("--quiet", "run-operation", "landing_sql")
    if done.returncode:
        raise ScriptError(f"dbt cannot render the landing blocks:\n{done.stdout[-2000:]}")
    return done.stdout
