"""When things run, and the assets by which one DAG tells another."""

import pendulum
from airflow.sdk import Asset

TIMEZONE = pendulum.timezone("Asia/Bangkok")
START = pendulum.datetime(2026, 1, 1, tz=TIMEZONE)

#: Updated when a run landed at least one row.
RAW = Asset("snowflake_raw")
