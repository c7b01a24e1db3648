"""What `up` does once the services run: data through the whole chain, and the proof of it."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

import settings
from bootstrap import dag_runs, flow, status
from bootstrap.airflow.api import Airflow
from bootstrap.lines import line
from bootstrap.patience import Patience
from bootstrap.runtime import Runtime
from settings import names
from settings.errors import ExpectedError

UV_FOLDER = settings.ROOT / ".cache" / "uv" / "bin"
EVENTS = 10_000
#: Always the same events: repeating an interrupted `up` sends them again and changes nothing.
DEMONSTRATION = ["--seed", "1", "--start", "2026-10-01", "--end", "2026-11-01"]
#: Seconds in which the sink must come nearer to the end of its topics.
SINK_PATIENCE = 120.0


class StepError(ExpectedError):
    """A step after the start failed; the text holds what it printed."""


class Streams:
    """Registers connectors, produces and waits for the sink, while other services still start."""

    PARTS = frozenset({"kafka", "schema-registry", "connect"})

    def __init__(self, console: Console, services: list[str]) -> None:
        self._console = console
        self._missing = self.PARTS.intersection(services)
        self._pool = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None

    def service_ready(self, name: str) -> None:
        """Begin as soon as the last of PARTS is ready."""
        self._missing -= {name}
        if self._running is None and not self._missing:
            self._running = self._pool.submit(self._run)

    def finish(self) -> None:
        """Wait for the end; begins now if PARTS ran before.

        Raises:
            StepError: with the step that failed and what it printed.
        """
        (self._running or self._pool.submit(self._run)).result()

    def _run(self) -> None:
        with _step(self._console, "connectors registered"):
            _tool("connectors/register.py", "apply")
        if not flow.messages():
            with _step(self._console, f"{EVENTS:,} events produced"):
                _tool("-m", "producer", "stream", "--count", str(EVENTS), *DEMONSTRATION)
        with _step(self._console, "sink caught up"):
            _wait_for_sink()


def land_and_transform(runtime: Runtime, console: Console) -> int:
    """Let both DAGs run and print the flow table; returns the exit code.

    Raises:
        DagRunError: with the tasks that failed and where to look.
    """
    airflow, failures = Airflow(), []
    for name, run in (
        (names.INGESTION_DAG, dag_runs.ingest),
        (names.TRANSFORMATIONS_DAG, dag_runs.transform),
    ):
        # What landed is transformed, and counted, also when a feed failed.
        try:
            with _step(console, name) as progress:
                run(airflow, progress)
        except dag_runs.DagRunError as error:
            failures.append(str(error))
    found = status.collect(runtime)
    console.print()
    status.render_flow(found, console)
    console.print(
        f"Airflow  {airflow.page('')}  sign in as {settings.get('AIRFLOW_USER')}, "
        f"with AIRFLOW_PASSWORD of {settings.ENV_FILE.name}"
    )
    console.print("next     make status | make produce RATE=50 | make down")
    _say_where_uv_is(console)
    if failures:
        raise dag_runs.DagRunError("\n".join(failures))
    return 0 if status.is_healthy(found) else 1


def _say_where_uv_is(console: Console) -> None:
    """The Makefile fetches uv where there is none, and only the Makefile finds it there."""
    others = os.pathsep.join(p for p in os.get_exec_path() if Path(p) != UV_FOLDER)
    if UV_FOLDER.exists() and not shutil.which("uv", path=others):
        console.print(f'for `uv run ...` in this shell: export PATH="{UV_FOLDER}:$PATH"')


@contextmanager
def _step(console: Console, name: str) -> Iterator[Callable[[str], None] | None]:
    """A line when the step is done; on a terminal, a way to show what it is doing until then."""
    began = time.monotonic()
    with console.status(name) as spinner:
        yield (lambda text: spinner.update(Text(text))) if console.is_terminal else None
    seconds = time.monotonic() - began
    console.print(line("done ", "green", f"  {name:32} {seconds:5.1f} s"))


def _tool(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words], cwd=settings.ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StepError(
            f"{' '.join(words[:4])} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def _wait_for_sink() -> None:
    least = [math.inf]
    patience = Patience(SINK_PATIENCE, lambda: least[0], start=math.inf)
    while lag := flow.lag():
        least[0] = min(least[0], lag)
        if patience.is_over():
            raise StepError(
                f"the sink still has {lag} messages to read, no fewer than {SINK_PATIENCE:.0f} s "
                "ago; see `uv run python connectors/register.py status`"
            )
        time.sleep(0.3)
