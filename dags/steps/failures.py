"""One readable message for a run that failed: what, why, and where to look."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

import settings
from settings.names import FAILURE_REASON_KEY, REPETITION_KEY

log = logging.getLogger(__name__)

#: Characters of a reason that are repeated; the task's log has all of it.
LONGEST_REASON = 1500


def push_failure_reason(context: Any) -> None:
    """Callback of a task that failed and has no retry left."""
    reason = str(context.get("exception") or "no reason given")
    context["ti"].xcom_push(key=FAILURE_REASON_KEY, value=reason[:LONGEST_REASON])


def say_repetition(context: Any) -> None:
    """Callback before a task's work: a try that repeats another says so, and how late it is.

    Of a worker that was killed nobody else speaks: Airflow notices minutes later, and a task whose
    next try succeeds is green.
    """
    ti = context["ti"]
    if ti.try_number > 1:
        waited = datetime.now(UTC) - context["dag_run"].start_date
        text = (
            f"try {ti.try_number}, {waited.total_seconds():.0f} s after the run began: the try"
            " before did not end well. Its log says why; a log that just ends is that of a worker"
            " that was killed. What has landed does not land twice."
        )
        log.warning("%s", text)
        ti.xcom_push(key=REPETITION_KEY, value=text)


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
        for name in states:
            if repetition := ti.xcom_pull(task_ids=name, key=REPETITION_KEY):
                log.warning("%s: %s", name, repetition)
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
