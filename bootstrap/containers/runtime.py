"""The stack in containers: Docker Compose behind the verbs of the stack (RUNTIME=docker)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence

from rich.console import Console

import settings
from bootstrap import preflight
from bootstrap.airflow.environment import celery_is_used
from bootstrap.containers import compose, states
from bootstrap.containers.compose import EVERYTHING, ComposeError
from bootstrap.runtime import States, ready_line
from settings import dotenv_file
from settings.command_line import check_known

LOG_LINES_SHOWN = 15
#: A service of each image that is built here: Compose itself builds only what is not there at all,
#: and would go on with what was built from older sources.
BUILT = ("secrets", "connect")


class Containers:
    """The runtime of containers; see bootstrap.runtime.Runtime."""

    def asked(self) -> list[str]:
        """All services of the profiles, except an endless producer that nobody has started.

        The first events are counted ones.
        """
        every = compose.output(*_profiles(), "config", "--services").split()
        return [name for name in every if name != "producer" or name in self.services()]

    def share_settings(self, console: Console) -> None:
        if self.services():
            _take_settings(console)

    def up(
        self, names: list[str], console: Console, when_ready: Callable[[str], None]
    ) -> list[str]:
        check_known("service", names, _every())
        found = self.services()
        healthy = _healthy(found)
        # A container that is there and not well holds its port itself.
        holding = {name for name, service in found.items() if service["address"]}
        preflight.check_ports(_ports(names, without=holding))
        compose.run("build", *BUILT)
        _take_settings(console)
        started = self._start(names or self.asked(), healthy, console, when_ready)
        for name in healthy:
            when_ready(name)
        return started

    def _start(
        self,
        names: list[str],
        healthy: set[str],
        console: Console,
        when_ready: Callable[[str], None],
    ) -> list[str]:
        began, ready = time.monotonic(), set(healthy)

        def report() -> None:
            found = self.services()
            for name in sorted(_healthy(found) - ready):
                seconds = time.monotonic() - began
                console.print(ready_line(name, seconds, found[name]["address"]))
                when_ready(name)
                ready.add(name)

        # Also where all of them run: it brings them to what the settings say now.
        process = compose.start(*_profiles(), "up", "--quiet-pull", "-d", "--wait", *names)
        while process.poll() is None:
            report()
            time.sleep(1)
        if process.returncode:
            raise ComposeError(f"the stack did not come up{_logs_of_failed(self.services())}")
        report()
        return sorted(ready - healthy)

    def down(self, console: Console) -> list[str]:
        running = [name for name, found in self.services().items() if found["seconds_up"]]
        compose.run(*EVERYTHING, "down")
        return running

    def services(self) -> States:
        return states.find()

    def logs(self, names: list[str], lines: int, follow: bool) -> None:
        check_known("service", names, _every())
        options = ["--tail", str(lines), *(["--follow"] if follow else [])]
        compose.run(*EVERYTHING, "logs", *options, *names)

    def data(self) -> str:
        return "all containers and volumes of the stack"

    def reset(self, console: Console) -> None:
        compose.run(*EVERYTHING, "down", "--volumes")

    def make_docs(self, console: Console) -> None:
        compose.run("run", "--rm", "dbt-docs")


def _profiles() -> list[str]:
    """What the settings ask for, besides the watchdog."""
    profiles = ["--profile", "app"]
    if settings.stream_format() == "avro":
        profiles += ["--profile", "avro"]
    if celery_is_used():
        profiles += ["--profile", "celery"]
    return profiles


def _every() -> list[str]:
    return sorted(compose.output(*EVERYTHING, "config", "--services").split())


def _healthy(found: States) -> set[str]:
    return {name for name, service in found.items() if service["state"] == "healthy"}


def _ports(names: Sequence[str], without: set[str]) -> list[str]:
    """The settings that hold the ports which these services publish on this machine."""
    config = json.loads(compose.output(*_profiles(), "config", "--format", "json", *names))
    published = {
        int(port["published"])
        for name, service in config["services"].items()
        if name not in without
        for port in service.get("ports", ())
    }
    return [name for name in settings.port_names() if settings.port(name) in published]


def _take_settings(console: Console) -> None:
    """Let the tools on this machine have the secrets that the containers have.

    A .env is written if there is none; to a person's own is added what it does not set.
    """
    if settings.ENV_FILE.exists() and not dotenv_file.lacking():
        return
    text = compose.output("run", "--rm", "-T", "secrets", "--print")
    if not settings.ENV_FILE.exists():
        dotenv_file.write(text)
        console.print(f"wrote {settings.ENV_FILE.name} with the settings and local secrets")
    elif dotenv_file.complete(dotenv_file.values(text)):
        console.print(f"added to {settings.ENV_FILE.name} the local secrets that it did not set")
    settings.load_env()


def _logs_of_failed(found: States) -> str:
    text = ""
    for name, service in found.items():
        if service["state"] != "healthy":
            tail = compose.output(
                *(*EVERYTHING, "logs", "--no-log-prefix", "--no-color"),
                *("--tail", str(LOG_LINES_SHOWN), re.sub(r"-\d+$", "", name)),
            )
            # Those that wait for another one have nothing to say.
            if tail.strip():
                text += f"\n{name} is {service['state']}; the end of its log:\n{tail}"
    return text or "; see `make logs RUNTIME=docker`"
