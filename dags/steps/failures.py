"""One readable message for a run that failed: what, why, and where to look."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

import settings
from settings.names import FAILURE_REASON_KEY

log = logging.getLogger(__name__)

#: Characters of a reason that are repeated; the task's log has all of it.
LONGEST_REASON = 1500


def push_failure_reason(context: Any) -> None:
    """Callback of a task that failed and has no retry left."""
    reason = str(context.get("exception") or "no reason given")
    context["ti"].xcom_push(key=FAILURE_REASON_KEY, value=reason[:LONGEST_REASON])


@task(trigger_rule=TriggerRule.ALL_DONE, retries=0, on_failure_callback=None)
def report_failures() -> None:
    """Collects why tasks of this run failed, in one message; skipped when none did.

    The message is in this task's log, and is posted to ALERT_WEBHOOK_URL if that is set. This task
    fails with it, so that the run ends as failed: fix what the message names.
    """
    context = get_current_context()
    ti, run_id, dag_id = context["ti"], context["run_id"], context["dag"].dag_id
    states = ti.get_task_states(dag_id=dag_id, run_ids=[run_id]).get(run_id, {})
    failed = sorted(name for name, state in states.items() if state == "failed")
    if not failed:
        raise AirflowSkipException("No task failed.")
    reasons = {name: ti.xcom_pull(task_ids=name, key=FAILURE_REASON_KEY) for name in failed}
    run, url = f"{dag_id}, run {run_id}", ti.log_url.split("/tasks/")[0]
    notify(message(run, posted(reasons), url))
    raise AirflowFailException(message(run, reasons, url))


def posted(reasons: dict[str, str | None]) -> dict[str, str | None]:
    """What of the reasons leaves Airflow; with ALERT_VALUES=masked, only that there are some."""
    # A word that is not known must neither show them nor keep the message back.
    if settings.get_optional("ALERT_VALUES") in (None, "shown"):
        return reasons
    return {name: reason and "see its log" for name, reason in reasons.items()}


def message(run: str, reasons: dict[str, str | None], url: str) -> str:
    """The text for a person: a paragraph for each reason, with the tasks that failed for it.

    Args:
        run: which run it is.
        reasons: task id -> reason; None if the task left none.
        url: where the run is shown.
    """
    parts = [f"{run}: {len(reasons)} failed; what could run, ran."]
    tasks_by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        text = reason or "it ended without a message (killed, or the worker died): see its log"
        tasks_by_reason.setdefault(text, []).append(name)
    for text, names in tasks_by_reason.items():
        parts.append(f"- {', '.join(names)}: " + text.replace("\n", "\n  "))
    return "\n".join([*parts, url])


def notify(text: str) -> None:
    """Post the text to a chat's webhook, if one is configured; if that fails, it is only logged."""
    url = settings.get_optional("ALERT_WEBHOOK_URL")
    if not url:
        return
    import requests

    try:
        requests.post(url, json={"text": text}, timeout=10).raise_for_status()
    except requests.RequestException as error:
        log.warning("The message could not be posted to ALERT_WEBHOOK_URL: %s", error)
