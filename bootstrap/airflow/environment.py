"""The environment in which every Airflow process of the stack runs."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import settings
from settings import private_file
from settings.names import TIME_ZONE

HERE = Path(__file__).parent

#: What the scheduler, or a Celery worker, imports once (PIPELINE_PRELOAD), so that the tasks it
#: forks need not.
SCHEDULER_PRELOAD = ",".join(
    (
        "dbt.cli.main",
        "dbt.adapters.snowflake",
        "cosmos.converter",
        "cosmos.airflow.task_group",
        "cosmos.operators.local",
        "cosmos.operators.watcher",
        # A task reads its manifest through Airflow's paths, which load all plugins.
        "cosmos.plugin.airflow3",
        "cosmos.profiles",
        "upath.implementations.local",
        # For the operators of the ingestion.
        "psycopg",
        # For @task, and for the lineage that each task may report.
        "airflow.sdk.definitions.decorators",
        "airflow.providers.standard.decorators.python",
        "airflow.sdk.lineage",
        "airflow.providers.common.io.assets.file",
        "airflow.providers.postgres.assets.postgres",
        "airflow.providers.snowflake.assets.snowflake",
    )
)

#: How dbt runs in Airflow. Unit tests are about the SQL, not about the rows that landed: they run
#: in `dbt build` by hand and in the project's tests. A model that is run by itself, because the
#: build was killed, is tested against what it is built from, not against what may be missing yet.
DBT = {
    "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test",
    "DBT_INDIRECT_SELECTION": "buildable",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    # A build was seen to wait for ever for the lock of its log file; the task's own log has it all.
    "DBT_LOG_LEVEL_FILE": "none",
}


def environment(home: Path) -> dict[str, str]:
    """AIRFLOW__SECTION__KEY variables, and what dbt and Cosmos need besides them.

    Args:
        home: AIRFLOW_HOME, where logs and the password file go.

    Raises:
        SettingError: CeleryExecutor where there is no Redis.
    """
    base_url = settings.get("AIRFLOW_URL")
    database = (
        f"postgresql+psycopg2://airflow:{settings.get('AIRFLOW_DB_PASSWORD')}"
        f"@{settings.get('POSTGRES_HOST')}:{settings.port('POSTGRES_PORT')}/airflow"
    )
    passwords = home / "passwords.json"
    options: dict[str, object] = {
        "CORE__DAGS_FOLDER": settings.ROOT / "dags",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__PLUGINS_FOLDER": HERE / "plugins",
        "CORE__EXECUTOR": settings.get("AIRFLOW_EXECUTOR"),
        "CORE__PARALLELISM": settings.get("AIRFLOW_PARALLELISM"),
        "CORE__DEFAULT_TIMEZONE": TIME_ZONE,
        # `up` lets them run when there is something to land.
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": True,
        "CORE__FERNET_KEY": settings.get("AIRFLOW_FERNET_KEY"),
        "CORE__TEST_CONNECTION": "Enabled",
        "CORE__EXECUTION_API_SERVER_URL": f"{base_url}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{settings.get('AIRFLOW_USER')}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": passwords,
        "API__HOST": settings.get("AIRFLOW_LISTEN"),
        "API__PORT": settings.port("AIRFLOW_PORT"),
        "API__WORKERS": 1,
        "API__BASE_URL": base_url,
        "API__SECRET_KEY": settings.get("AIRFLOW_API_SECRET"),
        "API_AUTH__JWT_SECRET": settings.get("AIRFLOW_JWT_SECRET"),
        "DATABASE__SQL_ALCHEMY_CONN": database,
        "DAG_PROCESSOR__PARSING_PROCESSES": 1,
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": 60,
        "DAG_PROCESSOR__REFRESH_INTERVAL": 30,
        "LOGGING__BASE_LOG_FOLDER": home / "logs",
        # A task that waits for the one before it starts at once, not at the next full second.
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.5,
        # A worker that was killed cannot say so: its tasks are tried again after this silence. So
        # are those that the API server does not answer for so long; what has landed lands once.
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 60,
        "USAGE_DATA_COLLECTION__ENABLED": False,
        "COSMOS__ENABLE_TELEMETRY": False,
        "COSMOS__CACHE_DIR": cosmos_cache(home),
        # Otherwise the watched build writes all it has reported so far into a Variable at each of
        # dbt's events. What is lost: after a kill -9 of it, models run again one by one.
        "COSMOS__ENABLE_WATCHER_RELIABLE_RETRY": False,
        **(_celery() if celery_is_used() else {}),
    }
    return {
        "AIRFLOW_HOME": str(home),
        # airflow_local_settings.py is found here, the pipeline's own modules there.
        "PYTHONPATH": f"{HERE}:{settings.ROOT}",
        "DO_NOT_TRACK": "1",
        # Each process has the settings and secrets that it needs; dbt would read .env for all.
        "PYTHON_DOTENV_DISABLED": "1",
        # Each task imports the DAGs' modules: kept compiled, also where a machine asks not to.
        "PYTHONDONTWRITEBYTECODE": "",
        # Airflow's process titles would overwrite the environment by which its processes are found.
        "SPT_NOENV": "1",
        **DBT,
        **{f"AIRFLOW__{key}": str(value) for key, value in options.items()},
    }


def cosmos_cache(home: Path) -> Path:
    """Where Cosmos keeps what dbt has parsed, below AIRFLOW_HOME."""
    return home / "cosmos"


def celery_is_used() -> bool:
    """Whether Celery workers run the tasks, and not the scheduler."""
    return "CeleryExecutor" in settings.get("AIRFLOW_EXECUTOR")


def broker_url() -> str:
    """Redis, through which the scheduler hands tasks to the workers.

    Raises:
        SettingError: there is none.
    """
    host = settings.get_optional("REDIS_HOST")
    if not host:
        raise settings.SettingError(
            "AIRFLOW_EXECUTOR=CeleryExecutor needs Redis and workers, which only the containers "
            "have: make up RUNTIME=docker"
        )
    return f"redis://:{quote(settings.get('REDIS_PASSWORD'), safe='')}@{host}:6379/0"


def _celery() -> dict[str, object]:
    # Results go to Airflow's own database, the provider's default.
    return {
        "CELERY__BROKER_URL": broker_url(),
        "CELERY__WORKER_CONCURRENCY": settings.get("AIRFLOW_WORKER_CONCURRENCY"),
        "CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": 86400,
    }


def write_passwords(home: Path) -> None:
    """The login of the UI, in the file that Airflow's SimpleAuthManager reads."""
    passwords = {settings.get("AIRFLOW_USER"): settings.get("AIRFLOW_PASSWORD")}
    private_file.write(home / "passwords.json", json.dumps(passwords))
