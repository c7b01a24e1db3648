"""Names that several rooms share; each is written here once."""

#: Airflow's connection to the Postgres database that the sink connectors write.
POSTGRES_CONNECTION = "postgres_kafka_default"
#: Airflow's connection to the Snowflake account or the local server.
SNOWFLAKE_CONNECTION = "snowflake_default"

#: The DAG that lands feeds in RAW; dags/ingestion_dag.py.
INGESTION_DAG = "batch_data_ingestion_dag"
#: The DAG that builds the marts; dags/transformations_dag.py.
TRANSFORMATIONS_DAG = "dbt_transformations_dag"

#: Airflow's pool of the tasks that show how the watched dbt build goes.
WATCHERS_POOL = "dbt_watchers"

#: Time zone of schedules and of Airflow's UI (GMT+7, no daylight saving time).
TIME_ZONE = "Asia/Bangkok"

#: The XCom in which a failed task leaves its reason, for the message about the run.
FAILURE_REASON_KEY = "failure_reason"
#: The XCom in which a task that is tried again says so.
REPETITION_KEY = "repetition"
#: The XCom in which the watched dbt build says how its nodes ended.
ENDED_NODES = "ended_nodes"
