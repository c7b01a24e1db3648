"""Whether a landing can work: each thing it needs is tried, and what is wrong is named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import psycopg
from snowflake.connector import SnowflakeConnection

from . import snowflake


class CheckError(Exception):
    """Something a landing needs is not there; the text lists what and why."""


def check_all(
    postgres: Callable[[], psycopg.Connection], target: Callable[[], SnowflakeConnection]
) -> None:
    """Try both connections.

    Raises:
        CheckError: with one line for each that fails.
    """
    faults = []
    try:
        with closing(postgres()) as source:
            source.execute("select 1")
    except psycopg.Error as error:
        faults.append(f"Postgres: {error}")
    try:
        with closing(target()) as connection:
            snowflake.rows(connection, "select 1")
    except Exception as error:
        faults.append(f"Snowflake: {error}")
    if faults:
        raise CheckError("\n".join(faults))
