"""What a run of the ingestion leaves behind for others."""

from airflow.sdk import TriggerRule, task

from .schedule import RAW


@task(outlets=[RAW], trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
def announce_landing() -> None:
    """Updates the asset that starts the transformations: at least one feed has new rows."""
