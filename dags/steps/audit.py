"""The last step of the transformations: is everything that landed where it should be?"""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from dags.landing import feeds

from . import connections
from .assets import announced_landings

log = logging.getLogger(__name__)

#: How far back a run looks, so that its cost follows the new rows.
WINDOW = timedelta(days=1)


# Also after a build that failed: a failed test says nothing about the rows that it did not read.
@task(trigger_rule=TriggerRule.ALL_DONE)
def audit_recent_rows() -> None:
    """Compares what landed in the last day, row by row: ledger, RAW, quarantine and marts.

    After a build that succeeded, the marts must have all that landed before it began. After one
    that failed, rows that they have not read yet count as under way.

    When it fails: the message names up to ten rows of each difference and the hop that lost or
    duplicated them. `make audit` compares everything, from the topic on.
    """
    from dags.landing.reconcile.landed import landed
    from dags.landing.reconcile.warehouse import Window

    context = get_current_context()
    events = context["triggering_asset_events"]
    built = announced_landings(events) if _all_succeeded(context) else None
    window = Window((datetime.now(UTC) - WINDOW).replace(tzinfo=None))
    with closing(connections.snowflake_for_models()) as target:
        hops = list(landed(target, feeds.load(), window, built))
    for hop in hops:
        log.info("%s: %s, %s %s", hop.name, hop.path, f"{hop.checked:,}", hop.unit)
    faults = [f"{hop.name}, {hop.path}: {fault}" for hop in hops for fault in hop.differences]
    if faults:
        raise AirflowFailException("\n".join(faults))


def _all_succeeded(context: Any) -> bool:
    """Whether no task of the run has failed so far."""
    run_id = context["run_id"]
    states = context["ti"].get_task_states(dag_id=context["dag"].dag_id, run_ids=[run_id])
    return not {"failed", "upstream_failed"} & set(states.get(run_id, {}).values())
