"""Cosmos's run-operation task, with dbt's own message when a macro fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from cosmos.operators.local import DbtRunOperationLocalOperator

from dags.landing import macros, waiting

if TYPE_CHECKING:
    from airflow.sdk import Context
    from dbt.cli.main import dbtRunnerResult


class DbtMacroOperator(DbtRunOperationLocalOperator):
    """Fails with the macro's message, and without retries when the macro says that it is final.

    Cosmos looks for a model in the result of each command, and a macro's result has none.
    """

    def execute(self, context: Context, **more: Any) -> Any:
        """Run it, with a line in the log while it waits, and for no longer than is set."""
        waiting.bound_every_wait()
        with waiting.said_while_waiting(self.macro_name):
            return super().execute(context, **more)

    def handle_exception_dbt_runner(self, result: dbtRunnerResult) -> None:
        try:
            macros.raise_if_failed(result)
        except macros.MacroError as error:
            kind = AirflowFailException if error.final else AirflowException
            raise kind(str(error)) from None
