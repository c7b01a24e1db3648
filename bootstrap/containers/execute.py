"""The image's entry point: settings and secrets into the environment, then the command.

Secrets arrive as files, so that `docker inspect` and the compose file show none.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bootstrap import settings
from bootstrap.airflow.environment import SCHEDULER_PRELOAD, environment, write_passwords

SECRETS = Path("/run/pipeline-secrets")


def main(argv: list[str]) -> None:
    """Replace this process by the command `argv`."""
    for file in sorted(SECRETS.glob("*")):
        os.environ.setdefault(file.name, file.read_text())
    settings.load_env()
    if argv[0] == "airflow":
        _prepare_airflow(argv[1])
    os.execvp(argv[0], argv)


def _prepare_airflow(component: str) -> None:
    home = Path(os.environ["AIRFLOW_HOME"])
    # What the compose file says of Airflow's own settings wins.
    os.environ |= environment(home) | os.environ
    if component == "api-server":
        write_passwords(home)
    if component == "scheduler":
        os.environ["PIPELINE_PRELOAD"] = SCHEDULER_PRELOAD


if __name__ == "__main__":
    main(sys.argv[1:])
