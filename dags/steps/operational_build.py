"""The dbt build in Postgres: retried when Postgres is unreachable, and not when a test fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException
from cosmos.operators.local import DbtBuildLocalOperator
from cosmos.settings import cache_dir

from dags.landing import checks

from . import connections
from .dbt import IN_WORKER, profile

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult


DOC = """Views in Postgres, one of which is unloaded, and their tests; warns when the
sink has received no row for long (`dbt build --target postgres`).

When it fails: nothing was unloaded in this run; files land all the same. The log has dbt's message.
Fix the model, or what its test is about, and clear the task. By hand:
`cd dbt_project && uv run dbt build --target postgres`."""


class OperationalBuildOperator(DbtBuildLocalOperator):
    """Does not begin when test_connections found that Postgres is unreachable."""

    def execute(self, context: Any, **kwargs: Any) -> None:
        connections.stop_if_faulty(context["ti"], checks.POSTGRES)
        super().execute(context, **kwargs)

    def handle_exception_dbt_runner(self, result: dbtRunnerResult) -> None:
        try:
            super().handle_exception_dbt_runner(result)
        except Exception as error:
            kind = AirflowException if checks.is_transient(str(error)) else AirflowFailException
            raise kind(str(error)) from None


def build_operational_models() -> OperationalBuildOperator:
    """The views in Postgres, the one that is unloaded among them, and their tests."""
    return OperationalBuildOperator(
        task_id="build_operational_models",
        doc_md=DOC,
        select="operational",
        profile_config=profile("postgres"),
        # Nothing waits for these views; the landing's asset starts the transformations.
        emit_datasets=False,
        # dbt parses everything again when the cache is of another target.
        **IN_WORKER | {"cache_dir": cache_dir / "postgres"},
    )
