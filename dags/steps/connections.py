"""The two connections of the pipeline, as Airflow stores them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Connection, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

import settings
from settings import names

if TYPE_CHECKING:
    import psycopg
    from snowflake.connector import SnowflakeConnection

log = logging.getLogger(__name__)


def postgres() -> psycopg.Connection:
    """Connect to the database that the sink connectors write, with a read-only role.

    Raises:
        psycopg.OperationalError: the server is unreachable or refuses the password.
    """
    import psycopg

    connection = Connection.get(names.POSTGRES_CONNECTION)
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
    """Connect to the account or the local server, with the role that lands rows.

    Raises:
        snowflake.connector.Error: the server is unreachable or refuses the login.
    """
    from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook

    from dags.landing.snowflake import with_one_role
    from dags.landing.waiting import bound_every_wait

    bound_every_wait()
    return with_one_role(SnowflakeHook(names.SNOWFLAKE_CONNECTION).get_conn())


def snowflake_for_models() -> SnowflakeConnection:
    """The same with dbt's role: the one that lands rows may not read the marts.

    Raises:
        snowflake.connector.Error: the server is unreachable or refuses the login.
    """
    from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook

    role = settings.get_optional("SNOWFLAKE_ROLE")
    return SnowflakeHook(names.SNOWFLAKE_CONNECTION, role=role).get_conn()


@task(multiple_outputs=False, execution_timeout=timedelta(minutes=5))
def test_connections() -> dict[str, str]:
    """Tries each thing that the run needs, all at once, in a few seconds.

    What can continue, continues: without Postgres the files still land, and a feed whose stage is
    gone does not stop the others. The tasks that cannot continue fail with the reason found here.

    When it fails: nothing can land. The log has a line for each thing that does not work, with the
    reason.
    """
    from dags.landing import feeds
    from dags.landing.checks import SNOWFLAKE as EVERYTHING
    from dags.landing.checks import CheckError, check_all

    try:
        check_all(postgres, snowflake, settings.folder("INCOMING_DIR"), feeds.load())
    except CheckError as error:
        ti = get_current_context()["ti"]
        if error.transient and ti.try_number <= ti.max_tries:
            raise AirflowException(str(error)) from None
        if EVERYTHING in error.stopped:
            raise AirflowFailException(str(error)) from None
        log.error("%s", error)
        return error.stopped
    return {}


def stop_if_faulty(ti: Any, *needed: str) -> None:
    """Fail, without a retry, if test_connections found a fault of a system or feed.

    Args:
        needed: names of systems and feeds, as in CheckError.stopped.

    Raises:
        AirflowFailException: with what it found.
    """
    faults = ti.xcom_pull(task_ids="test_connections") or {}
    if found := [faults[name] for name in needed if name in faults]:
        raise AirflowFailException("\n".join(found))
