"""A stack of real services for tests: on free ports, with settings and data of its own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from dotenv import dotenv_values

from bootstrap.airflow.api import Airflow
from tests.shared import Shared

ROOT = Path(__file__).resolve().parent.parent
#: Seconds after which a command hangs. Less than pytest's own limit for a test, which would end the
#: worker without a word of what the command printed.
HUNG = 840


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def settings_of_its_own(folder: Path) -> dict[str, str]:
    """An environment in which every tool meets a stack in `folder`, not the user's."""
    text = (ROOT / ".env.example").read_text()
    ports = re.findall(r"^(\w+_PORT)=\d+$", text, re.MULTILINE)
    values = dict(zip(ports, map(str, free_ports(len(ports))), strict=True))
    # Its own files, too: what a test adds to them is nobody else's to land.
    incoming = shutil.copytree(
        ROOT / "data" / "incoming", folder / "data" / "incoming", dirs_exist_ok=True
    )
    values |= {"PIPELINE_STATE": str(folder / "state"), "INCOMING_DIR": str(incoming)}
    for name in re.findall(r"^(\w+_PASSWORD|\w+_SECRET)=$", text, re.MULTILINE):
        values[name] = f"test-{name.lower()}-0123456789abcdef"
    values["AIRFLOW_FERNET_KEY"] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFA="
    for name, value in values.items():
        text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
    env_file = folder / "env"
    env_file.write_text(text)
    known = dotenv_values(ROOT / ".env.example")
    inherited = {k: v for k, v in os.environ.items() if k not in known}
    settings = {k: v for k, v in dotenv_values(env_file).items() if v}
    return inherited | settings | {"PIPELINE_ENV_FILE": str(env_file)}


@dataclass(frozen=True)
class Bootstrap:
    """Runs `python -m bootstrap` with settings of its own."""

    settings: dict[str, str]

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [sys.executable, "-m", "bootstrap", *words],
                cwd=ROOT,
                env=self.settings,
                capture_output=True,
                text=True,
                timeout=HUNG,
                check=False,
            )
        except subprocess.TimeoutExpired as hung:
            said = (hung.stderr or b"").decode() + (hung.stdout or b"").decode()
            raise AssertionError(f"{words} did not end in {HUNG} s, and said:\n{said}") from None

    def processes(self) -> dict[int, str]:
        """Pid -> service of everything that belongs to this stack, supervised or not."""
        mark, found = f"@{self.settings['PIPELINE_STATE']}", {}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                value = process.environ().get("PIPELINE_SERVICE", "")
                if value.endswith(mark):
                    found[process.pid] = value.removesuffix(mark)
        return found


def eventually(check: Callable[[], bool], seconds: float = 300) -> bool:
    """Whether something holds before the deadline."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@contextmanager
def stack_of_its_own(folder: Path) -> Iterator[Bootstrap]:
    """A stack in `folder`; at the end nothing of it is left."""
    bootstrap = Bootstrap(settings_of_its_own(folder))
    try:
        yield bootstrap
    finally:
        bootstrap("reset", "--yes")


@pytest.fixture
def own_bootstrap(tmp_path: Path) -> Iterator[Bootstrap]:
    """A stack for one test."""
    with stack_of_its_own(tmp_path) as bootstrap:
        yield bootstrap


@pytest.fixture
def bootstrap(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Bootstrap:
    """The stack that the tests of a group share."""
    return shared.once("stack", lambda: stack_of_its_own(tmp_path_factory.mktemp("stack")))


@contextmanager
def running(bootstrap: Bootstrap, *services: str) -> Iterator[dict[str, str]]:
    """Settings of a stack after `up` of some of its services."""
    started = bootstrap("up", *services)
    assert started.returncode == 0, started.stderr
    yield bootstrap.settings


@pytest.fixture
def stack(shared: Shared, bootstrap: Bootstrap) -> dict[str, str]:
    """Settings of a running Postgres, Kafka and Connect."""
    services = "postgres", "kafka", "connect"
    return shared.once("stream", lambda: running(bootstrap, *services))


@pytest.fixture
def registry(shared: Shared, stack: dict[str, str], bootstrap: Bootstrap) -> dict[str, str]:
    """The same stack with a running Schema Registry, and Avro as the format."""
    settings = shared.once("schema registry", lambda: running(bootstrap, "schema-registry"))
    return settings | {"STREAM_FORMAT": "avro"}


@contextmanager
def chain_of_its_own(folder: Path) -> Iterator[Bootstrap]:
    """A stack in `folder` after `up`, with filled marts."""
    with stack_of_its_own(folder) as bootstrap:
        started = bootstrap("up")
        assert started.returncode == 0, started.stderr + started.stdout
        yield bootstrap


@pytest.fixture
def whole_chain(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Bootstrap:
    """The chain that the tests of a group share; those of the audit damage it."""
    return shared.once("chain", lambda: chain_of_its_own(tmp_path_factory.mktemp("chain")))


def airflow_of(stack: Bootstrap, monkeypatch: pytest.MonkeyPatch) -> Airflow:
    """A client of a stack's Airflow."""
    for name in ("AIRFLOW_URL", "AIRFLOW_USER", "AIRFLOW_PASSWORD"):
        monkeypatch.setenv(name, stack.settings[name])
    return Airflow()
