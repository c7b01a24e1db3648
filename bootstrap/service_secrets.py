"""Which service needs which secret: each is given its own, natively and in containers."""

from __future__ import annotations

#: Whoever writes the sink's tables, or asks the database why the sink does not.
SINK = ("CONNECT_SINK_PASSWORD",)
#: Whoever asks Connect's REST interface, and the worker that is asked.
CONNECT_REST = ("CONNECT_REST_PASSWORD",)
#: Whoever writes to Kafka's topics, reads them or counts what is in them.
KAFKA = ("KAFKA_PASSWORD",)
#: The local server, and whoever signs in to it or to an account.
SNOWFLAKE = ("SNOWFLAKE_PASSWORD", "SNOWFLAKE_TOKEN")
#: Whoever reads files from object stores.
STORES = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
)
#: Whoever runs tasks: dbt signs in with them, and the message of a failure is posted.
TASKS = (
    *SNOWFLAKE,
    *STORES,
    "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
    "DBT_OPERATIONAL_PASSWORD",
    "ALERT_WEBHOOK_URL",
)
#: What Airflow's own settings and connections are made from.
AIRFLOW = (
    "AIRFLOW_DB_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_API_SECRET",
    "AIRFLOW_PASSWORD",
    "UNLOAD_PASSWORD",
    "REDIS_PASSWORD",
)
