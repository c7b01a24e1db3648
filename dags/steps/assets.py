"""The asset by which the ingestion starts the transformations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from airflow.sdk import Asset, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.landing import feeds
from dags.landing.feeds import Feed, FileFeed, StreamFeed

from . import connections

#: Updated when a run has landed at least one row.
RAW = Asset("snowflake_raw")
#: Key in an update's extra: feed -> when its newest rows landed, as RAW has it.
LANDED = "landed"


# ALL_DONE_MIN_ONE_SUCCESS would skip this as soon as one feed had nothing new.
@task(outlets=[RAW], trigger_rule=TriggerRule.ALL_DONE)
def announce_landing() -> None:
    """Starts the transformations if a row has landed, also when its task failed afterwards.

    Skipped when none has. When it fails: Snowflake could not be queried. Clear it; until then the
    rows wait for the next run that lands some, or for a run of `dbt_transformations_dag` by hand.
    """
    from dags.landing.raw_objects import landed_by

    context = get_current_context()
    runs = dict(_runs_of(context))
    landed = {}
    if runs:
        with closing(connections.snowflake()) as target:
            found = {name: landed_by(target, feeds.find(name), run) for name, run in runs.items()}
        landed = {name: at.isoformat() for name, at in found.items() if at}
    if not landed:
        raise AirflowSkipException("No feed has landed a row.")
    extra: dict[str, Any] = {LANDED: landed}
    context["outlet_events"][RAW].extra = extra


def _runs_of(context: Any) -> Iterable[tuple[str, str]]:
    """(feed, name under which it may have landed rows) for each feed whose landing began."""
    ti, run_id = context["ti"], context["run_id"]
    before = sorted(context["task"].upstream_task_ids)
    states = ti.get_task_states(dag_id=context["dag"].dag_id, run_ids=[run_id], task_ids=before)
    for task_id, state in states.get(run_id, {}).items():
        if state in ("success", "failed"):
            feed = feeds.find(task_id.split("copy_into_")[1])
            yield feed.name, _landing_run(feed, ti, run_id)


def _landing_run(feed: Feed, ti: Any, run_id: str) -> str:
    """Rows of files have the name of Airflow's run, those of a stream the name of their unload."""
    match feed:
        case FileFeed():
            return run_id
        case StreamFeed():
            unloaded = ti.xcom_pull(task_ids=f"postgres_to_snowflake.unload_{feed.name}")
            return str(unloaded["run"])
        case _:
            raise TypeError(f"{feed.name}: a {type(feed).__name__} has no landing task")


def announced_landings(events: Mapping[Any, Any]) -> dict[str, datetime]:
    """Feed -> the time up to which its rows were in RAW, by the events that started this run."""
    newest: dict[str, datetime] = {}
    for event in events.get(RAW) or ():
        for name, text in ((event.extra or {}).get(LANDED) or {}).items():
            at = datetime.fromisoformat(text)
            newest[name] = max(at, newest.get(name, at))
    return newest
