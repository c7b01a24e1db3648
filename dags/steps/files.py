"""Files to RAW: put what is new on the stage, then COPY INTO."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from airflow.sdk import get_current_context, task, task_group
from airflow.sdk.exceptions import AirflowSkipException

import settings
from dags.landing import feeds
from dags.landing.feeds import FeedError, FileFeed
from dags.landing.notice import Notice

from . import connections
from .dbt import run_macro
from .defaults import no_retry_for
from .failures import notify

COPY_DOC = """Lands the staged files: rows into the raw table or the quarantine, and the ledger's
lines, in one transaction (`dbt run-operation land_files`).

When it fails with a list of files: everything that could be landed is landed. Look at the refused
file, or at the rows in `RAW.QUARANTINE`; send a corrected file, or correct the rows and land them
with `uv run python -m dags.landing replay FEED`.

Any other failure: nothing was landed. Clear the task."""


@task
def stage(feed: str, run: str) -> None:
    """Checks the new files of a feed and puts them on its stage; skipped when there are none.

    Names that no feed takes, and what else a person should look at, are posted to
    ALERT_WEBHOOK_URL by the first run that meets them.

    When it fails: files that were staged wait on the stage, and the next run lands them.
    """
    from dags.landing.checks import FILES
    from dags.landing.files import stage_new_files

    context = get_current_context()
    connections.stop_if_faulty(context["ti"], FILES, feed)
    found = feeds.find(feed)
    assert isinstance(found, FileFeed)
    with no_retry_for(FeedError), closing(connections.snowflake()) as target:
        outcome = stage_new_files(found, settings.folder("INCOMING_DIR"), target, run)
    new = [*outcome.untaken, *(str(n) for n in outcome.notices if _is_new(n, run, context))]
    if new:
        notify("\n".join(new))
    if not outcome.needs_landing:
        raise AirflowSkipException(f"{feed}: no new files.")


def _is_new(notice: Notice, run: str, context: Any) -> bool:
    """Whether this is the run that posts it."""
    if notice.since is None:
        return notice.run == run
    before = context["prev_start_date_success"]
    return (not before or before < notice.since) and notice.since <= context["dag_run"].start_date


@task_group
def csv_to_snowflake_batch() -> None:
    """A pair of tasks for each feed that comes from files."""
    for feed in feeds.load():
        if isinstance(feed, FileFeed):
            staged = stage.override(task_id=f"stage_{feed.name}")(feed.name, "{{ run_id }}")
            staged >> run_macro(
                f"copy_into_{feed.name}",
                "land_files",
                {"feed": feed.name, "run": "{{ run_id }}"},
                doc_md=COPY_DOC,
            )
