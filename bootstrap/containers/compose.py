"""Docker Compose as a runtime: `RUNTIME=docker` with the verbs up, down, status, logs and reset."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any

from rich.console import Console

from bootstrap import settings
from bootstrap.airflow.environment import celery_is_used
from bootstrap.errors import ExpectedError
from bootstrap.native import dotenv

#: Every profile, so that no container is left behind or overlooked.
EVERYTHING = ("--profile", "*")
LOG_LINES_SHOWN = 15


class ComposeError(ExpectedError):
    """Docker is missing or a compose command failed; the text holds the reason."""


def up(console: Console) -> int:
    """Build the image, start the containers, then let data through as the native `up` does.

    Raises:
        ComposeError, StepError, DagRunError: with what failed and where to look.
    """
    from bootstrap.native import first_run

    _compose("build")
    take_settings(console)
    # The first events are counted ones; `--profile app up -d` starts the endless producer.
    if _compose(*_profiles(), "up", "-d", "--wait", "--scale", "producer=0", check=False):
        raise ComposeError(f"the stack did not come up{_logs_of_failed()}")
    streams = first_run.Streams(console)
    streams.finish()
    return first_run.land_and_transform(console, services)


def _profiles() -> list[str]:
    """What the settings ask for, beside the watchdog."""
    profiles = ["--profile", "app"]
    if os.environ.get("STREAM_FORMAT") == "avro":
        profiles += ["--profile", "avro"]
    if celery_is_used():
        profiles += ["--profile", "celery"]
    return profiles


def down() -> None:
    """Stop and remove the containers; volumes stay."""
    _compose(*EVERYTHING, "down")


def reset() -> None:
    """Stop everything and delete the volumes."""
    _compose(*EVERYTHING, "down", "--volumes")


def logs(services: list[str], lines: int, follow: bool) -> int:
    """Print the end of the containers' logs; returns compose's exit code."""
    options = ["--tail", str(lines), *(["--follow"] if follow else [])]
    return _compose(*EVERYTHING, "logs", *options, *services, check=False)


def take_settings(console: Console) -> None:
    """Let the tools on the host have the secrets that the containers have.

    A .env is written if there is none; a person's own is left as it is.
    """
    if settings.ENV_FILE.exists() and os.environ.get("POSTGRES_PASSWORD"):
        return
    command = ("python", "-m", "bootstrap.containers.secrets", "/secrets", "--print")
    text = _output("compose", "run", "--rm", "-T", "secrets", *command)
    if not settings.ENV_FILE.exists():
        dotenv.write(text)
        console.print(f"wrote {settings.ENV_FILE.name} with the settings and local secrets")
    for name, value in dotenv.values(text).items():
        if not os.environ.get(name):
            os.environ[name] = value or ""
    settings.load_env()


def is_up() -> bool:
    """Whether there is any container of the stack."""
    return bool(_containers())


def services() -> dict[str, dict[str, Any]]:
    """Service -> state, address and seconds_up, as `status --json` prints them.

    Services that run once and ended well are left out.

    Raises:
        ComposeError: Docker does not answer.
    """
    found = {}
    for container in _containers():
        name = _name(container["Config"]["Labels"])
        state = container["State"]
        runs_once = container["HostConfig"]["RestartPolicy"]["Name"] == "no"
        if runs_once and state["Status"] == "exited" and state["ExitCode"] == 0:
            continue
        found[name] = {
            "state": _state(state),
            "address": _address(container["NetworkSettings"]["Ports"] or {}),
            "seconds_up": _seconds_up(state),
        }
    return dict(sorted(found.items()))


def _containers() -> list[dict[str, Any]]:
    ids = _output("compose", *EVERYTHING, "ps", "--all", "--quiet").split()
    found: list[dict[str, Any]] = json.loads(_output("inspect", *ids)) if ids else []
    return found


def _name(labels: dict[str, str]) -> str:
    """The service's name; with a number from the second container of a service on."""
    service, number = (
        labels[f"com.docker.compose.{key}"] for key in ("service", "container-number")
    )
    return service if number == "1" else f"{service}-{number}"


def _state(state: dict[str, Any]) -> str:
    if state["Status"] == "running":
        # A container without a health check is as well as its process.
        health = state.get("Health", {}).get("Status", "healthy")
        return str(health)
    return "failed" if state["ExitCode"] else "stopped"


def _address(ports: dict[str, Any]) -> str:
    published = [f"{p['HostIp']}:{p['HostPort']}" for found in ports.values() for p in found or []]
    return ", ".join(published)


def _seconds_up(state: dict[str, Any]) -> int:
    if state["Status"] != "running":
        return 0
    started = datetime.datetime.fromisoformat(state["StartedAt"][:19] + "+00:00")
    return int((datetime.datetime.now(datetime.UTC) - started).total_seconds())


def _logs_of_failed() -> str:
    text = ""
    for name, service in services().items():
        if service["state"] != "healthy":
            tail = _output(
                *("compose", *EVERYTHING, "logs", "--no-log-prefix"),
                *("--no-color", "--tail", str(LOG_LINES_SHOWN), re.sub(r"-\d+$", "", name)),
            )
            text += f"\n{name} is {service['state']}; the end of its log:\n{tail}"
    return text or "; see `make logs RUNTIME=docker`"


def _docker() -> str:
    found = shutil.which("docker")
    if not found:
        raise ComposeError(
            "RUNTIME=docker needs Docker with Compose v2, and this machine has no `docker`. "
            "Install it, or leave RUNTIME out: the native stack does without."
        )
    return found


def _compose(*words: str, check: bool = True) -> int:
    """Run `docker compose`, its output shown as it comes."""
    code = subprocess.run(
        [_docker(), "compose", *words], cwd=settings.ROOT, stdout=sys.stderr, check=False
    ).returncode
    if check and code:
        raise ComposeError(f"`docker compose {' '.join(words)}` failed (see above)")
    return code


def _output(*words: str) -> str:
    done = subprocess.run(
        [_docker(), *words], cwd=settings.ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ComposeError(f"`docker {' '.join(words[:3])}` failed: {done.stderr.strip()}")
    return done.stdout
