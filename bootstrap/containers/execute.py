"""The image's entry point: settings and secrets into the environment, then the command.

Secrets arrive as files, so that `docker inspect` and the compose file show none.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import settings
from bootstrap.airflow.environment import (
    SCHEDULER_PRELOAD,
    celery_is_used,
    environment,
    write_passwords,
)

SECRETS = Path("/run/pipeline-secrets")
#: Airflow's components that fork tasks.
RUN_TASKS = ("scheduler", "celery")


def main(argv: list[str]) -> None:
    """Replace this process by the command `argv`."""
    load_settings()
    if argv[0] == "airflow":
        _prepare_airflow(argv[1])
    os.execvp(argv[0], argv)


def load_settings() -> None:
    """Fill os.environ with this container's secrets, then with the defaults of .env.example."""
    # Other files are keys, and settings of foreign programs.
    for file in sorted(SECRETS.glob("[A-Z]*")):
        os.environ.setdefault(file.name, file.read_text())
    settings.load_env()


def _prepare_airflow(component: str) -> None:
    home = Path(os.environ["AIRFLOW_HOME"])
    # What the compose file says of Airflow's own settings wins.
    os.environ |= environment(home) | os.environ
    if component == "api-server":
        write_passwords(home)
    if component in RUN_TASKS:
        os.environ["PIPELINE_PRELOAD"] = SCHEDULER_PRELOAD
        _check_celery(component)


def _check_celery(component: str) -> None:
    """Executor and profile are two settings: with only one of them, tasks would wait for ever."""
    if component == "celery" and not celery_is_used():
        sys.exit("error: there is nothing for a worker to do: set AIRFLOW_EXECUTOR=CeleryExecutor")
    if celery_is_used():
        try:
            socket.getaddrinfo(os.environ["REDIS_HOST"], None)
        except OSError:
            sys.exit(
                "error: AIRFLOW_EXECUTOR=CeleryExecutor, and Redis does not run: "
                "start the stack with --profile celery"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
