"""What is tried again: what time can heal, a service that restarts or a network that is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from .failures import remember

#: Arguments of every task.
DEFAULTS: dict[str, Any] = {
    "owner": "pipeline",
    "retries": 2,
    "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=2),
    "on_failure_callback": remember,
    # One run at a time: a statement that hangs would keep every later run from starting.
    "execution_timeout": timedelta(minutes=30),
}

#: A full refresh of years takes longer than a landing.
BUILD_TIMEOUT = timedelta(hours=2)
#: When a run is given up that tasks cannot end: after all tries of its slowest task.
LANDING_RUN_TIMEOUT = timedelta(hours=2)
BUILD_RUN_TIMEOUT = timedelta(hours=3)


@contextmanager
def no_retry_for(*errors: type[Exception]) -> Iterator[None]:
    """Fail at once on errors that need a person."""
    try:
        yield
    except errors as error:
        raise AirflowFailException(str(error)) from error
