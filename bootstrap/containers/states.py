"""What each container of the stack is doing."""

from __future__ import annotations

import datetime
import json
from typing import Any

from bootstrap.containers import compose
from bootstrap.runtime import States


def find() -> States:
    """Service -> state, address and seconds_up; those that run once and ended well are left out.

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
            "state": _state(state, runs_once),
            "address": _address(container["NetworkSettings"]["Ports"] or {}),
            "seconds_up": _seconds_up(state),
        }
    return dict(sorted(found.items()))


def _containers() -> list[dict[str, Any]]:
    tries = 5
    while ids := compose.output(*compose.EVERYTHING, "ps", "--all", "--quiet").split():
        try:
            found: list[dict[str, Any]] = json.loads(compose.docker_output("inspect", *ids))
        except compose.ComposeError as error:
            # Compose replaces containers meanwhile: others have come for those that are gone.
            tries -= 1
            if not tries or "No such object" not in str(error):
                raise
        else:
            return found
    return []


def _name(labels: dict[str, str]) -> str:
    """The service's name; with a number from the second container of a service on."""
    service, number = (
        labels[f"com.docker.compose.{key}"] for key in ("service", "container-number")
    )
    return service if number == "1" else f"{service}-{number}"


def _state(state: dict[str, Any], runs_once: bool) -> str:
    if state["Status"] == "running":
        if runs_once:
            # What waits for it needs its end.
            return "starting"
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
