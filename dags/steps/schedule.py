"""When things run."""

import pendulum
from airflow.sdk import CronTriggerTimetable

TIMEZONE = pendulum.timezone("Asia/Bangkok")
START = pendulum.datetime(2026, 1, 1, tz=TIMEZONE)
EVERY_QUARTER_HOUR = CronTriggerTimetable("*/15 * * * *", timezone=TIMEZONE)  # GMT+7
