"""Becomes a service: `python -m bootstrap.native.execute NAME`.

The supervisor starts every service through this, so command lines and secrets are made from the
settings at each start and are written to no file.
"""

from __future__ import annotations

import os
import sys

import settings
from bootstrap.native import stack, stale_processes


def main() -> None:
    """Replace this process by the service, so that signals and exit codes are the service's own."""
    settings.load_env()
    (service,) = (s for s in stack.every() if s.name == sys.argv[1])
    launch = service.launch()
    # It has its settings: nothing makes it read the .env file, and the secrets of others, again.
    settled = {"PIPELINE_ENV_FILE": os.devnull}
    own = settings.without_secrets(service.secrets)
    env = own | settled | launch.env | stale_processes.mark(service.name)
    os.chdir(settings.ROOT)
    os.execvpe(launch.argv[0], launch.argv, env)


if __name__ == "__main__":
    main()
