"""Runs `docker compose` with the settings of the tools on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import settings
from settings.errors import ExpectedError

#: Every profile, so that no container is left behind or overlooked.
EVERYTHING = ("--profile", "*")


class ComposeError(ExpectedError):
    """Docker is missing or a compose command failed; the text holds the reason."""


def run(*words: str, check: bool = True) -> int:
    """Run a compose command, its output shown as it comes; returns its exit code.

    Raises:
        ComposeError: it failed, and `check` is set; or there is no Docker.
    """
    code = start(*words).wait()
    if check and code:
        raise ComposeError(f"`docker compose {' '.join(words)}` failed (see above)")
    return code


def start(*words: str) -> subprocess.Popen[bytes]:
    """Start a compose command without waiting for its end.

    Raises:
        ComposeError: there is no Docker.
    """
    return subprocess.Popen(
        [_docker(), *command(*words)], cwd=settings.ROOT, env=environment(), stdout=sys.stderr
    )


def output(*words: str) -> str:
    """What a compose command prints.

    Raises:
        ComposeError: it failed, with what it says; or there is no Docker.
    """
    return docker_output(*command(*words))


def docker_output(*words: str) -> str:
    """What a docker command prints.

    Raises:
        ComposeError: it failed, with what it says; or there is no Docker.
    """
    done = subprocess.run(
        [_docker(), *words],
        cwd=settings.ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ComposeError(f"`docker {' '.join(words[:3])}` failed: {done.stderr.strip()}")
    return done.stdout


def command(*words: str) -> list[str]:
    """A compose command that reads the same .env file as the tools on this machine.

    Raises:
        ComposeError: PIPELINE_ENV_FILE names a file that is not there.
    """
    if not settings.get_optional("PIPELINE_ENV_FILE"):
        return ["compose", *words]
    if not settings.ENV_FILE.exists():
        raise ComposeError(
            f"PIPELINE_ENV_FILE names {settings.ENV_FILE}, which is not there. Make it, with other "
            "ports and another COMPOSE_PROJECT_NAME than the stack that runs already."
        )
    return ["compose", "--env-file", str(settings.ENV_FILE), *words]


def environment() -> dict[str, str]:
    """What the compose file fills in besides the settings."""
    own = {"LOCAL_SNOWFLAKE": str(int(settings.snowflake_is_local()))}
    if settings.get_optional("PIPELINE_ENV_FILE"):
        own["PIPELINE_ENV_FILE"] = str(settings.ENV_FILE)
    return os.environ | own


def _docker() -> str:
    found = shutil.which("docker")
    if not found:
        raise ComposeError(
            "RUNTIME=docker needs Docker with Compose v2, and this machine has no `docker`. "
            "Install it, or leave RUNTIME out: the native stack does without."
        )
    return found
