"""New rows of Postgres and new files, each landed once in Snowflake's RAW schema.

Runs at :00, :15, :30 and :45, Bangkok time (GMT+7); one run at a time. Any task and any run may be
cleared: rows that have landed do not land twice.

- A feed or a system that fails does not stop the others, and `report_failures` says why in one
  message. Rows that landed are transformed, also when their task failed afterwards.
- A run that finds nothing new ends within seconds, and does not start the transformations.
- Feeds are blocks in `dbt_project/models/sources`; `docs/add-a-feed.md` shows how to add one.
"""

from airflow.sdk import DAG, CronTriggerTimetable

from dags.steps.assets import announce_landing
from dags.steps.connections import test_connections
from dags.steps.defaults import DEFAULTS, LANDING_RUN_TIMEOUT, START
from dags.steps.failures import report_failures
from dags.steps.files import csv_to_snowflake_batch
from dags.steps.streams import postgres_to_snowflake
from settings.names import TIME_ZONE

with DAG(
    "batch_data_ingestion_dag",
    description="Postgres and files to Snowflake's RAW schema, every quarter of an hour",
    schedule=CronTriggerTimetable("*/15 * * * *", timezone=TIME_ZONE),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=LANDING_RUN_TIMEOUT,
    default_args=DEFAULTS,
    tags=["ingestion", "raw"],
    doc_md=__doc__,
):
    (
        test_connections()
        >> [postgres_to_snowflake(), csv_to_snowflake_batch()]
        >> announce_landing()
        >> report_failures()
    )
