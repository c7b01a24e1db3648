"""Postgres to RAW: unload what is new, then COPY INTO."""

from __future__ import annotations

from typing import Any

from airflow.sdk import task, task_group
from airflow.sdk.exceptions import AirflowSkipException
from landing import feeds
from landing.feeds import StreamFeed

from . import connections
from .dbt import build_operational_models, run_macro


@task
def unload(feed: str) -> dict[str, Any]:
    """Committed rows above the watermark, as gzip parts on the feed's stage."""
    from landing.unload import unload as unload_feed

    found = feeds.find(feed)
    assert isinstance(found, StreamFeed)
    with connections.postgres() as source, connections.snowflake() as target:
        unloaded = unload_feed(found, source, target)
    if unloaded is None:
        raise AirflowSkipException(f"{feed}: nothing new in Postgres.")
    return unloaded.as_arguments()


@task_group
def postgres_to_snowflake() -> None:
    """One pair of tasks for each feed that comes from a Postgres relation."""
    operational = build_operational_models()
    for feed in feeds.load():
        if isinstance(feed, StreamFeed):
            rows = unload.override(task_id=f"unload_{feed.name}")(feed.name)
            operational >> rows
            run_macro(f"copy_into_{feed.name}", "land_stream", rows)
