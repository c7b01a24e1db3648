"""From raw rows to marts, whenever new rows have landed.

Cosmos makes a task for each model, snapshot and test in `dbt_project`; `dbt_producer_watcher` runs
them as one `dbt build`, and the other tasks show its progress. Clear a model's task to build it
again. At the end `audit_recent_rows` compares what landed in the last day with the marts.

A run that failed is not retried: the next rows that land start the next run, which builds all that
is missing. To build at once after a fix, trigger this DAG.

A new model appears here after `dbt parse` (which `make up` does).
"""

from airflow.sdk import DAG

from dags.steps.assets import RAW
from dags.steps.audit import audit_recent_rows
from dags.steps.dbt_group import dbt_models
from dags.steps.defaults import BUILD_RUN_TIMEOUT, DEFAULTS, START
from dags.steps.failures import report_failures

with DAG(
    "dbt_transformations_dag",
    description="Staging, intermediate, snapshots and marts, each with its tests",
    schedule=[RAW],
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=BUILD_RUN_TIMEOUT,
    default_args=DEFAULTS,
    tags=["transformation", "marts"],
    doc_md=__doc__,
):
    dbt_models() >> audit_recent_rows() >> report_failures()
