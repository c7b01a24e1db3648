"""The pool that keeps a slot free for the build on which the other tasks wait."""

from __future__ import annotations

import settings
from bootstrap.airflow.api import Airflow
from bootstrap.airflow.environment import celery_is_used
from settings.names import WATCHERS_POOL


def put() -> None:
    """Make the pool one slot smaller than what one scheduler or worker runs at a time.

    A build that was killed would otherwise wait for a slot, and the tasks in all of them for it.

    Raises:
        AirflowError: Airflow refuses the login or the pool.
        SettingError: AIRFLOW_PARALLELISM or AIRFLOW_WORKER_CONCURRENCY is less than 2.
    """
    limits = ["AIRFLOW_PARALLELISM", *(["AIRFLOW_WORKER_CONCURRENCY"] if celery_is_used() else [])]
    Airflow().put_pool(
        WATCHERS_POOL,
        slots=min(map(_at_least_two, limits)) - 1,
        description="Watchers of the dbt build: always a slot less than there are, for it",
    )


def _at_least_two(name: str) -> int:
    value = settings.get(name)
    if not value.isdigit() or int(value) < 2:
        raise settings.SettingError(f"{name}={value!r}: use a whole number of 2 or more.")
    return int(value)
