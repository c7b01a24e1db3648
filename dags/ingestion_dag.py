"""Postgres and files into Snowflake's RAW schema, every quarter of an hour."""

from airflow.sdk import DAG, CronTriggerTimetable
from steps.connections import test_connections
from steps.files import csv_to_snowflake_batch
from steps.outcome import announce_landing
from steps.retries import BACK_OFF
from steps.schedule import START, TIMEZONE
from steps.streams import postgres_to_snowflake

with DAG(
    "batch_data_ingestion_dag",
    description="New rows of Postgres and new files, each landed once",
    schedule=CronTriggerTimetable("*/15 * * * *", timezone=TIMEZONE),  # GMT+7
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=BACK_OFF,
    tags=["ingestion"],
    doc_md=__doc__,
):
    (
        test_connections()
        >> [postgres_to_snowflake(), csv_to_snowflake_batch()]
        >> announce_landing()
    )
