"""Postgres to RAW: unload what is new, then COPY INTO."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from airflow.sdk import get_current_context, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

from dags.landing import feeds
from dags.landing.feeds import FeedError, StreamFeed

from . import connections
from .dbt import run_macro
from .defaults import no_retry_for
from .operational_build import build_operational_models

COPY_DOC = """Lands the unloaded rows, all or none (`dbt run-operation land_stream`).

When it fails: nothing was landed. Clear `unload_...` and this task, or wait for the next run, which
starts after what is in RAW."""


@task
def unload(feed: str) -> dict[str, Any]:
    """Puts committed rows above the watermark on the feed's stage; skipped when there are none.

    When it fails: nothing was landed, and the next run starts from the same watermark. The log says
    whether the cause is Postgres, Snowflake or the view.
    """
    from dags.landing.checks import POSTGRES
    from dags.landing.relation import RelationError
    from dags.landing.unload import RestoredDatabaseError, unload_new_rows

    connections.stop_if_faulty(get_current_context()["ti"], POSTGRES, feed)
    found = feeds.find(feed)
    assert isinstance(found, StreamFeed)
    with (
        no_retry_for(FeedError, RelationError, RestoredDatabaseError),
        closing(connections.postgres()) as source,
        closing(connections.snowflake()) as target,
    ):
        unloaded = unload_new_rows(found, source, target)
    if unloaded is None:
        raise AirflowSkipException(f"{feed}: nothing new in Postgres.")
    return unloaded.as_arguments()


@task_group
def postgres_to_snowflake() -> None:
    """A pair of tasks for each feed that comes from a Postgres relation."""
    operational = build_operational_models()
    for feed in feeds.load():
        if isinstance(feed, StreamFeed):
            rows = unload.override(task_id=f"unload_{feed.name}")(feed.name)
            operational >> rows
            run_macro(f"copy_into_{feed.name}", "land_stream", rows, doc_md=COPY_DOC)
