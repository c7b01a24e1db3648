"""The two connections of the pipeline, as Airflow stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import Connection, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

if TYPE_CHECKING:
    import psycopg
    from snowflake.connector import SnowflakeConnection

POSTGRES = "postgres_kafka_default"
SNOWFLAKE = "snowflake_default"


def postgres() -> psycopg.Connection:
    """Connect to where the sink connector writes, with a read-only role.

    Raises:
        psycopg.OperationalError: the server is away or refuses the password.
    """
    import psycopg

    connection = Connection.get(POSTGRES)
    return psycopg.connect(
        host=connection.host,
        port=connection.port,
        dbname=connection.schema,
        user=connection.login,
        password=connection.password,
        connect_timeout=10,
        application_name="landing",
    )


def snowflake() -> SnowflakeConnection:
    """Connect to the account or the local server.

    Raises:
        snowflake.connector.Error: the server is away or refuses the login.
    """
    from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
    from landing.snowflake import with_one_role

    return with_one_role(SnowflakeHook(SNOWFLAKE).get_conn())


@task
def test_connections() -> None:
    """Tries each thing that the run needs, all at once, in a few seconds.

    When it fails: the log has a line for each thing that does not work, with the reason.
    """
    from landing import feeds
    from landing.checks import CheckError, check_all

    from bootstrap import settings

    try:
        check_all(postgres, snowflake, settings.folder("INCOMING_DIR"), feeds.load())
    except CheckError as error:
        raise (AirflowException if error.may_heal else AirflowFailException)(str(error)) from None
