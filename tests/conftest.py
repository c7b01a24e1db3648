"""A stack of real services for tests: on free ports, with settings and data of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent.parent
Bootstrap = Callable[..., subprocess.CompletedProcess[str]]


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture(scope="session")
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which every tool meets the test's own stack, not the user's."""
    folder = tmp_path_factory.mktemp("stack")
    text = (ROOT / ".env.example").read_text()
    names = re.findall(r"^(\w+_PORT)=\d+$", text, re.MULTILINE)
    overrides = dict(zip(names, map(str, free_ports(len(names))), strict=True))
    overrides |= {"PIPELINE_STATE": str(folder / "state")}
    for name in re.findall(r"^(\w+_PASSWORD|\w+_SECRET)=$", text, re.MULTILINE):
        overrides[name] = f"test-{name.lower()}-0123456789abcdef"
    overrides["AIRFLOW_FERNET_KEY"] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFA="
    env_file = folder / "env"
    for name, value in overrides.items():
        text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
    env_file.write_text(text)
    inherited = {
        k: v for k, v in os.environ.items() if k not in dotenv_values(ROOT / ".env.example")
    }
    settings = {k: v for k, v in dotenv_values(env_file).items() if v}
    return inherited | settings | {"PIPELINE_ENV_FILE": str(env_file)}


@pytest.fixture(scope="session")
def bootstrap(own_settings: dict[str, str]) -> Iterator[Bootstrap]:
    """Runs `python -m bootstrap` on that stack; at the end nothing of it is left."""

    def run(*words: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bootstrap", *words],
            cwd=ROOT,
            env=own_settings,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    try:
        yield run
    finally:
        run("reset", "--yes")


@pytest.fixture(scope="session")
def stack(own_settings: dict[str, str], bootstrap: Bootstrap) -> dict[str, str]:
    """Settings of a running Postgres, Kafka and Connect."""
    started = bootstrap("up", "postgres", "kafka", "connect")
    assert started.returncode == 0, started.stderr
    return own_settings
