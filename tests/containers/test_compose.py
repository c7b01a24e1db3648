"""The compose file gives the same stack as the native `up`: `make test-containers` (minutes).

The stack has a short .env of its own, a key pair that signs in to the local server, and is stopped
and killed while events flow: each row is at every hop in the end.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bootstrap.snowflake import keys
from tests.conftest import ROOT, eventually, settings_of_its_own

pytestmark = pytest.mark.containers

NOT_IN_THE_COPY = shutil.ignore_patterns(".git", ".venv", ".cache", ".state*", ".env", "target")
MOVED = ("POSTGRES", "KAFKA", "CONNECT", "SNOWFLAKE", "AIRFLOW", "SCHEMA_REGISTRY", "KAFDROP")
OWN = {"ALERT_WEBHOOK_URL": "http://127.0.0.1:9/hook-of-the-tests", "AIRFLOW_PASSWORD": "short"}
PASSPHRASE = "words of the tests"
#: Killed one after the other while events flow: every container that lasts.
KILLED = (
    *("kafka", "connect", "postgres", "snowflake", "connector-watchdog", "kafdrop"),
    *("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"),
)
EVENTS, RATE = 16_000, 200


class Containers:
    """A copy of the project with ports, containers and volumes of its own.

    Attributes:
        said: what `up` printed.
    """

    said: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        shutil.copytree(ROOT, self.folder, ignore=NOT_IN_THE_COPY)
        self.name = f"pipeline-test-{uuid.uuid4().hex[:8]}"
        ports = settings_of_its_own(folder)
        # The native stack's settings would point at its own hosts.
        known = (*MOVED, "PIPELINE_", "ALERT_", "STREAM_")
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(known)
        } | {"RUNTIME": "docker", "COMPOSE_PROJECT_NAME": self.name}
        own = OWN | {f"{part}_PORT": ports[f"{part}_PORT"] for part in MOVED}
        own |= self._key_pair()
        self.env_file = self.folder / ".env"
        self.env_file.write_text("".join(f"{name}={value}\n" for name, value in own.items()))

    def _key_pair(self) -> dict[str, str]:
        os.environ["SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"] = PASSPHRASE
        try:
            public = keys.create(self.folder / "key.p8")
        finally:
            del os.environ["SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"]
        (self.folder / "key.pub").write_text(public)
        return {
            "SNOWFLAKE_PRIVATE_KEY_FILE": "key.p8",
            "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": PASSPHRASE,
            "SNOWFLAKE_PUBLIC_KEY_FILE": "key.pub",
        }

    def bootstrap(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run(sys.executable, "-m", "bootstrap", *words)

    def produce(self, count: int, rate: int) -> subprocess.Popen[bytes]:
        words = ("-m", "producer", "stream", "--count", str(count), "--rate", str(rate))
        return subprocess.Popen(
            # However long a broker takes to come back on a busy machine.
            [sys.executable, *words, "--seed", "7", "--wait", "300"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def docker(self, *words: str) -> str:
        done = self._run("docker", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def compose(self, *words: str) -> str:
        return self.docker("compose", *words)

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.bootstrap("status", "--json").stdout)
        return found

    def runs(self, service: str) -> bool:
        return service in self.compose("--profile", "*", "ps", "--services").split()

    def owned(self, kind: str) -> list[str]:
        """Ids of the containers, volumes or networks that belong to this project."""
        words = {"container": ["ps", "-aq"]}.get(kind, [kind, "ls", "-q"])
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
    if (
        not shutil.which("docker")
        or subprocess.run(["docker", "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no Docker engine answers: start one, or see `docker version`")
    stack = Containers(tmp_path_factory.mktemp("containers"))
    try:
        up = stack.bootstrap("up")
        assert up.returncode == 0, up.stderr[-5000:]
        stack.said = up.stderr
        yield stack
    finally:
        stack.bootstrap("reset", "--yes")


def test_every_row_is_at_every_hop(containers: Containers) -> None:
    found = containers.status()
    flow = found["flow"]["transactions"]
    assert flow == {"topic": 10000, "dead_letter": 0, "sink": 10000, "raw": 10000, "mart": 10000}
    assert {service["state"] for service in found["services"].values()} == {"healthy"}


def test_up_says_of_every_lasting_service_and_of_no_other_that_it_is_ready(
    containers: Containers,
) -> None:
    ready = re.findall(r"^  ready  (\S+)", containers.said, re.MULTILINE)
    assert sorted(ready) == sorted(containers.status()["services"])


def test_no_secret_is_in_what_docker_shows(containers: Containers) -> None:
    shown = containers.docker("inspect", *containers.owned("container"))
    # The login that the documentation gives may be a word of other things: it is compared whole.
    listed = {
        setting.partition("=")[2]
        for container in json.loads(shown)
        for setting in container["Config"]["Env"]
    }
    env_file = dict(
        line.split("=", 1)
        for line in containers.env_file.read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    secret = ("_PASSWORD", "_SECRET", "_KEY", "_PASSPHRASE", "_TOKEN", "_WEBHOOK_URL")
    secrets = {name: value for name, value in env_file.items() if name.endswith(secret) and value}
    assert secrets.keys() >= {*OWN, "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", "POSTGRES_PASSWORD"}
    assert [name for name, value in secrets.items() if value in listed] == []
    assert [name for name, value in secrets.items() if len(value) > 8 and value in shown] == []
    assert "PRIVATE KEY" not in shown


def test_no_container_of_ours_is_root_or_may_become_it(containers: Containers) -> None:
    for container in json.loads(containers.docker("inspect", *containers.owned("container"))):
        service = container["Config"]["Labels"]["com.docker.compose.service"]
        assert container["HostConfig"]["CapDrop"] == ["ALL"], service
        assert "no-new-privileges:true" in container["HostConfig"]["SecurityOpt"], service
        assert container["HostConfig"]["Memory"], service
        if (
            container["Config"]["Image"].startswith("transaction-pipeline:")
            and service != "secrets"
        ):
            assert container["Config"]["User"] == "10001:10001", service
            assert container["HostConfig"]["ReadonlyRootfs"], service


def test_the_profile_app_comes_and_goes(containers: Containers) -> None:
    containers.compose("config", "-q")
    containers.compose("--profile", "app", "up", "-d", "--wait")
    assert containers.runs("producer")
    up = containers.bootstrap("up", "kafka")
    assert up.returncode == 0, up.stderr
    assert containers.runs("producer"), "a running producer is left alone"
    containers.compose("stop", "producer")
    containers.compose("rm", "--force", "producer")


def test_the_verdict_of_the_watchdog_is_shown(containers: Containers) -> None:
    words = ("run", "--rm", "-T", "register", "status", "--json")
    shown = json.loads(containers.compose(*words))
    assert shown["transactions_sink"]["watch"]["restarts"] >= 0


def test_a_changed_password_is_the_new_one_at_the_next_start(containers: Containers) -> None:
    with containers.env_file.open("a") as env_file:
        env_file.write("KAFDROP_PASSWORD=changed\n")
    containers.compose("run", "--rm", "-T", "secrets")
    shown = ("exec", "-T", "kafdrop", "cat", "/run/pipeline-secrets/kafdrop.properties")
    assert "changed" in containers.compose(*shown)


def test_the_site_of_dbt_is_in_airflow(containers: Containers) -> None:
    made = containers.bootstrap("docs")
    assert made.returncode == 0, made.stderr
    served = ("exec", "-T", "airflow-api-server", "ls", "/var/lib/dbt-docs")
    assert {"index.html", "manifest.json", "catalog.json"} <= {*containers.compose(*served).split()}


def test_each_container_is_killed_while_events_flow_and_no_row_is_lost(
    containers: Containers,
) -> None:
    producer = containers.produce(EVENTS, RATE)
    try:
        for service in KILLED:
            containers.docker("kill", f"{containers.name}-{service}-1")
            containers.docker("start", f"{containers.name}-{service}-1")
        assert producer.poll() is None, "it was to be under way all the while"
        assert producer.wait(timeout=600) == 0
    finally:
        if producer.poll() is None:
            producer.send_signal(signal.SIGKILL)
    # Lands and transforms what has come since, as soon as all are healthy.
    up = containers.bootstrap("up")
    assert up.returncode == 0, up.stderr[-5000:]

    def same_at_every_hop() -> bool:
        flow = containers.status()["flow"]["transactions"]
        return flow["sink"] == flow["raw"] == flow["mart"] >= EVENTS

    assert eventually(same_at_every_hop), containers.status()["flow"]
    audit = containers.bootstrap("audit")
    assert audit.returncode == 0, audit.stdout


def test_reset_leaves_nothing(containers: Containers) -> None:
    assert containers.bootstrap("reset", "--yes").returncode == 0
    for kind in ("container", "volume", "network"):
        assert containers.owned(kind) == []
