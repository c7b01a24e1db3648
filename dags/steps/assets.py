"""How one DAG tells another that there is something to do."""

from airflow.sdk import Asset, TriggerRule, task

#: Updated when a run landed at least one row.
RAW = Asset("snowflake_raw")


@task(outlets=[RAW], trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
def announce_landing() -> None:
    """Starts the transformations: at least one feed has new rows. Skipped when none has."""
