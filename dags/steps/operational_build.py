"""The dbt build in Postgres: tried again when Postgres is away, and not when a test fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from cosmos.operators.local import DbtBuildLocalOperator
from landing import checks

from . import connections

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult


class OperationalBuildOperator(DbtBuildLocalOperator):
    """Does not begin when test_connections found Postgres away."""

    def execute(self, context: Any, **kwargs: Any) -> None:
        connections.stop_if_faulty(context["ti"], checks.POSTGRES)
        super().execute(context, **kwargs)

    def handle_exception_dbt_runner(self, result: dbtRunnerResult) -> None:
        try:
            super().handle_exception_dbt_runner(result)
        except Exception as error:
            kind = AirflowException if checks.may_heal(str(error)) else AirflowFailException
            raise kind(str(error)) from None
