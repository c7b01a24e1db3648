"""What the DAGs and their tasks have in common: start, retries, time limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk.exceptions import AirflowFailException

from settings import names

from .failures import push_failure_reason, say_repetition

START = pendulum.datetime(2026, 1, 1, tz=names.TIME_ZONE)

#: Arguments of every task. Retries are for what may go away without a person's help: a service that
#: restarts, or a network that is down.
DEFAULTS: dict[str, Any] = {
    "owner": "pipeline",
    "retries": 2,
    "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=2),
    "on_failure_callback": push_failure_reason,
    "on_execute_callback": say_repetition,
    # One run at a time: a statement that hangs would keep every later run from starting.
    "execution_timeout": timedelta(minutes=30),
}

#: A full refresh of years takes longer than a landing.
BUILD_TIMEOUT = timedelta(hours=2)
#: When a run is given up that its tasks cannot end: after all tries of its slowest task.
LANDING_RUN_TIMEOUT = timedelta(hours=2)
BUILD_RUN_TIMEOUT = timedelta(hours=3)


@contextmanager
def no_retry_for(*errors: type[Exception]) -> Iterator[None]:
    """Around work whose retry would change nothing after these errors.

    Raises:
        AirflowFailException: one of the errors was raised.
    """
    try:
        yield
    except errors as error:
        raise AirflowFailException(str(error)) from error
