"""Staging, intermediate, snapshots and marts, whenever new rows have landed."""

from airflow.sdk import DAG
from cosmos import DbtTaskGroup
from steps.dbt import transformations
from steps.retries import BACK_OFF
from steps.schedule import RAW, START

with DAG(
    "dbt_transformations_dag",
    description="From raw rows to marts, each model with its tests",
    schedule=[RAW],
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=BACK_OFF,
    tags=["transformation"],
    doc_md=__doc__,
):
    DbtTaskGroup(group_id="dbt", **transformations())
