"""Names that several rooms share, and that Airflow keeps: change one here and it is new there."""

#: Airflow's connections; people see, edit and test them in the UI.
POSTGRES_CONNECTION = "postgres_kafka_default"
SNOWFLAKE_CONNECTION = "snowflake_default"

#: Airflow's DAGs.
INGESTION_DAG = "batch_data_ingestion_dag"
TRANSFORMATIONS_DAG = "dbt_transformations_dag"

#: The pool of the tasks that show how the watched dbt build goes; never as large as all slots.
WATCHERS_POOL = "dbt_watchers"

#: Of the DAGs' schedules (GMT+7, no daylight saving time).
TIME_ZONE = "Asia/Bangkok"

#: The XCom in which a failed task leaves its reason, for the message about the run.
FAILURE_REASON_KEY = "failure_reason"
