"""The compose file gives the same stack as the native `up`: `make test-containers` (minutes)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, eventually, settings_of_its_own

pytestmark = pytest.mark.containers

NOT_IN_THE_COPY = shutil.ignore_patterns(".git", ".venv", ".cache", ".state*", ".env", "target")
MOVED = ("POSTGRES", "KAFKA", "CONNECT", "SNOWFLAKE", "AIRFLOW", "SCHEMA_REGISTRY")


class Containers:
    """A copy of the project with ports, containers and volumes of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        shutil.copytree(ROOT, self.folder, ignore=NOT_IN_THE_COPY)
        self.name = f"pipeline-test-{uuid.uuid4().hex[:8]}"
        self.settings = settings_of_its_own(folder)
        ports = {f"{part}_PORT": self.settings[f"{part}_PORT"] for part in MOVED}
        # The native stack's settings would point at its own hosts.
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(MOVED)
        } | {"RUNTIME": "docker", "COMPOSE_PROJECT_NAME": self.name, "KAFDROP_PORT": "0"}
        self.environment |= ports

    def bootstrap(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run(sys.executable, "-m", "bootstrap", *words)

    def produce(self, count: int) -> None:
        done = self._run(sys.executable, "-m", "producer", "stream", "--count", str(count))
        assert done.returncode == 0, done.stderr

    def docker(self, *words: str) -> str:
        done = self._run("docker", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.bootstrap("status", "--json").stdout)
        return found

    def owned(self, kind: str) -> list[str]:
        """Ids of the containers or volumes that belong to this project."""
        words = {"container": ["ps", "-aq"], "volume": ["volume", "ls", "-q"]}[kind]
        label = f"label=com.docker.compose.project={self.name}"
        return self.docker(*words, "--filter", label).split()

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    stack = Containers(tmp_path_factory.mktemp("containers"))
    try:
        up = stack.bootstrap("up")
        assert up.returncode == 0, up.stderr[-5000:]
        yield stack
    finally:
        stack.bootstrap("reset", "--yes")


def test_every_row_is_at_every_hop(containers: Containers) -> None:
    flow = containers.status()["flow"]["transactions"]
    assert flow == {"topic": 10000, "dead_letter": 0, "sink": 10000, "raw": 10000, "mart": 10000}


def test_no_secret_is_in_what_docker_shows(containers: Containers) -> None:
    shown = containers.docker("inspect", *containers.owned("container"))
    env_file = (containers.folder / ".env").read_text()
    secrets = [
        line.split("=", 1)
        for line in env_file.splitlines()
        if line.split("=")[0].endswith(("_PASSWORD", "_SECRET", "_KEY")) and len(line) > 30
    ]
    assert secrets
    assert [name for name, value in secrets if value in shown] == []


@pytest.mark.parametrize("service", ["kafka", "connect", "postgres"])
def test_a_killed_container_loses_nothing(containers: Containers, service: str) -> None:
    before = containers.status()["flow"]["transactions"]["topic"]
    containers.docker("kill", f"{containers.name}-{service}-1")
    containers.docker("start", f"{containers.name}-{service}-1")
    containers.produce(500)

    def arrived() -> bool:
        return containers.status()["flow"]["transactions"]["sink"] == before + 500

    assert eventually(arrived, seconds=180)


def test_reset_leaves_nothing(containers: Containers) -> None:
    assert containers.bootstrap("reset", "--yes").returncode == 0
    assert containers.owned("container") == []
    assert containers.owned("volume") == []
