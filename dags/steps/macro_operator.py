"""Cosmos's run-operation task, with dbt's own message when a macro fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from cosmos.operators.local import DbtRunOperationLocalOperator

from dags.landing import macros

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult


class DbtMacroOperator(DbtRunOperationLocalOperator):
    """Fails with the macro's message, and without retries when the macro says that it is final.

    Cosmos looks for a model in the result of each command, and a macro's result has none.
    """

    def handle_exception_dbt_runner(self, result: dbtRunnerResult) -> None:
        try:
            macros.raise_if_failed(result)
        except macros.MacroError as error:
            kind = AirflowFailException if error.final else AirflowException
            raise kind(str(error)) from None
