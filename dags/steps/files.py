"""Files to RAW: put what is new on the stage, then COPY INTO."""

from __future__ import annotations

from airflow.sdk import task, task_group
from airflow.sdk.exceptions import AirflowSkipException
from landing import feeds
from landing.feeds import FileFeed

from . import connections
from .dbt import run_macro


@task
def stage(feed: str, run: str) -> None:
    """New files, checked and compressed, on the feed's stage; their lines in the ledger."""
    from landing.files import stage as stage_feed

    from bootstrap import settings

    found = feeds.find(feed)
    assert isinstance(found, FileFeed)
    with connections.snowflake() as target:
        outcome = stage_feed(found, settings.folder("INCOMING_DIR"), target, run)
    if not outcome.needs_landing:
        raise AirflowSkipException(f"{feed}: no new files.")


@task_group
def csv_to_snowflake_batch() -> None:
    """One pair of tasks for each feed that comes from files."""
    for feed in feeds.load():
        if isinstance(feed, FileFeed):
            staged = stage.override(task_id=f"stage_{feed.name}")(feed.name, "{{ run_id }}")
            staged >> run_macro(
                f"copy_into_{feed.name}",
                "land_files",
                {"feed": feed.name, "run": "{{ run_id }}"},
            )
