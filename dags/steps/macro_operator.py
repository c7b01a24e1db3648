"""Cosmos's run-operation task, with dbt's own message when a macro fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from cosmos.operators.local import DbtRunOperationLocalOperator

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

#: How a macro begins its message when all is recorded and another try would change nothing.
FINAL = "LANDING "


class DbtMacroOperator(DbtRunOperationLocalOperator):
    """Fails with what the macro said; at once, without retries, when the macro says it is final.

    Cosmos looks for a model in the result of each command, and a macro's result has none.
    """

    def handle_exception_dbt_runner(self, result: dbtRunnerResult) -> None:
        if result.success:
            return
        message = str(result.exception) if result.exception else _messages(result)
        # dbt puts "Compilation Error in macro ..." before the text, and the macros' names behind.
        start = message.find(FINAL)
        if start >= 0:
            text = message[start + len(FINAL) :].split("\n  \n  > in macro")[0]
            raise AirflowFailException(text)
        raise AirflowException(message)


def _messages(result: dbtRunnerResult) -> str:
    results = getattr(result.result, "results", None) or []
    return "\n".join(str(one.message) for one in results) or "dbt failed without a message."
