"""Tries again what time can heal: a service that restarts, a network that is away."""

from datetime import timedelta

BACK_OFF = {
    "owner": "pipeline",
    "retries": 2,
    "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=2),
}
