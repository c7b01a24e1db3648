"""How one DAG tells another that there is something to do."""

from airflow.sdk import Asset, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

#: Updated when a run landed at least one row.
RAW = Asset("snowflake_raw")


# ALL_DONE_MIN_ONE_SUCCESS would skip this as soon as one feed had nothing new.
@task(outlets=[RAW], trigger_rule=TriggerRule.ALL_DONE)
def announce_landing() -> None:
    """Starts the transformations: at least one feed has new rows. Skipped when none has."""
    context = get_current_context()
    ti, run_id, dag_id = context["ti"], context["run_id"], context["dag"].dag_id
    before = sorted(context["task"].upstream_task_ids)
    states = ti.get_task_states(dag_id=dag_id, run_ids=[run_id], task_ids=before)
    if "success" not in states.get(run_id, {}).values():
        raise AirflowSkipException("No feed has landed a row.")
