"""Docker Compose as a runtime: `RUNTIME=docker` with the verbs of the stack."""

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

import settings
from bootstrap.airflow.environment import celery_is_used
from bootstrap.native import reset as native_reset
from settings import dotenv_file
from settings.errors import ExpectedError

#: Every profile, so that no container is left behind or overlooked.
EVERYTHING = ("--profile", "*")
LOG_LINES_SHOWN = 15


class ComposeError(ExpectedError):
    """Docker is missing or a compose command failed; the text holds the reason."""


def up(console: Console, names: list[str]) -> int:
    """Build the image, start the containers, then let data through as the native `up` does.

    Args:
        names: of services; then only these are started, and what they need.

    Raises:
        ComposeError, StepError, DagRunError: with what failed and where to look.
    """
    from bootstrap import first_run

    # One image for all.
    _compose("build", "secrets")
    take_settings(console)
    if _compose(*_profiles(), "up", "-d", "--wait", *(names or _everything_asked()), check=False):
        raise ComposeError(f"the stack did not come up{_logs_of_failed()}")
    if names:
        return 0
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


def _everything_asked() -> list[str]:
    """All services of the profiles, but an endless producer that nobody has started.

    The first events are counted ones.
    """
    every = _output(*_words(*_profiles(), "config", "--services")).split()
    return [name for name in every if name != "producer" or name in services()]


def docs() -> None:
    """Make dbt's site, where Airflow shows it.

    Raises:
        ComposeError: dbt failed; it has said why.
    """
    _compose("run", "--rm", "dbt-docs")


def down() -> None:
    """Stop and remove the containers; volumes stay."""
    _compose(*EVERYTHING, "down")


def reset(confirmed: bool, console: Console) -> int:
    """Stop everything and delete the volumes; returns the exit code."""
    if not confirmed and not native_reset.agreed(
        "all containers and volumes of the stack", console
    ):
        return 1
    _compose(*EVERYTHING, "down", "--volumes")
    return 0


def logs(services: list[str], lines: int, follow: bool) -> int:
    """Print the end of the containers' logs; returns compose's exit code."""
    options = ["--tail", str(lines), *(["--follow"] if follow else [])]
    return _compose(*EVERYTHING, "logs", *options, *services, check=False)


def take_settings(console: Console) -> None:
    """Let the tools on the host have the secrets that the containers have.

    A .env is written if there is none; to a person's own is added what it does not set.
    """
    if settings.ENV_FILE.exists() and not dotenv_file.lacking():
        return
    command = ("python", "-m", "bootstrap.containers.secrets", "/secrets", "--print")
    text = _output(*_words("run", "--rm", "-T", "secrets", *command))
    if not settings.ENV_FILE.exists():
        dotenv_file.write(text)
        console.print(f"wrote {settings.ENV_FILE.name} with the settings and local secrets")
    elif dotenv_file.complete(dotenv_file.values(text)):
        console.print(f"added to {settings.ENV_FILE.name} the local secrets that it did not set")
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
    ids = _output(*_words(*EVERYTHING, "ps", "--all", "--quiet")).split()
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
                *_words(*EVERYTHING, "logs", "--no-log-prefix", "--no-color"),
                *("--tail", str(LOG_LINES_SHOWN), re.sub(r"-\d+$", "", name)),
            )
            # Those that wait for another one have nothing to say.
            if tail.strip():
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


def _words(*words: str) -> list[str]:
    """A compose command that reads the same .env file as the tools on the host."""
    if not os.environ.get("PIPELINE_ENV_FILE"):
        return ["compose", *words]
    if not settings.ENV_FILE.exists():
        raise ComposeError(
            f"PIPELINE_ENV_FILE names {settings.ENV_FILE}, which is not there. Make it, with other "
            "ports and another COMPOSE_PROJECT_NAME than the stack beside it has."
        )
    return ["compose", "--env-file", str(settings.ENV_FILE), *words]


def _environment() -> dict[str, str]:
    """What the compose file fills in, beside the settings."""
    own = {"LOCAL_SNOWFLAKE": str(int(settings.snowflake_is_local()))}
    if os.environ.get("PIPELINE_ENV_FILE"):
        own["PIPELINE_ENV_FILE"] = str(settings.ENV_FILE)
    return os.environ | own


def _compose(*words: str, check: bool = True) -> int:
    """Run `docker compose`, its output shown as it comes."""
    code = subprocess.run(
        [_docker(), *_words(*words)],
        cwd=settings.ROOT,
        env=_environment(),
        stdout=sys.stderr,
        check=False,
    ).returncode
    if check and code:
        raise ComposeError(f"`docker compose {' '.join(words)}` failed (see above)")
    return code


def _output(*words: str) -> str:
    done = subprocess.run(
        [_docker(), *words],
        cwd=settings.ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ComposeError(f"`docker {' '.join(words[:3])}` failed: {done.stderr.strip()}")
    return done.stdout
