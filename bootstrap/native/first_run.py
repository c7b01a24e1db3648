"""What `up` does once the services run: data through the whole chain, and the proof of it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from bootstrap import settings
from bootstrap.airflow.api import Airflow
from bootstrap.errors import ExpectedError
from bootstrap.native import dag_runs, flow, status

EVENTS = 10_000
#: Always the same events: repeating an interrupted `up` sends them again and changes nothing.
DEMONSTRATION = ["--seed", "1", "--start", "2026-10-01", "--end", "2026-11-01"]
SINK_PATIENCE = 120.0


class StepError(ExpectedError):
    """A step after the start failed; the text holds what it printed."""


def run(console: Console) -> int:
    """Register, produce, land, transform, and print the flow table; returns the exit code.

    Raises:
        StepError, DagRunError: with the step that failed and where to look.
    """
    with _step(console, "connectors registered"):
        _tool("connectors/register.py", "apply")
    if not flow.messages():
        with _step(console, f"{EVENTS:,} events produced"):
            _tool("-m", "producer", "stream", "--count", str(EVENTS), *DEMONSTRATION)
    with _step(console, "sink caught up"):
        _wait_for_sink()
    airflow = Airflow()
    with _step(console, dag_runs.INGESTION) as progress:
        dag_runs.ingest(airflow, progress)
    with _step(console, dag_runs.TRANSFORMATIONS) as progress:
        dag_runs.transform(airflow, progress)
    found = status.collect()
    console.print()
    status.render_flow(found, console)
    console.print(
        f"Airflow  {airflow.page('')}  ({settings.get('AIRFLOW_USER')} / AIRFLOW_PASSWORD)"
    )
    console.print("next     make status | make produce RATE=50 | make down")
    return 0 if status.is_healthy(found) else 1


@contextmanager
def _step(console: Console, name: str) -> Iterator[Callable[[str], None]]:
    """A line when the step is done; on a terminal, what it is doing until then."""
    began = time.monotonic()
    with console.status(name) as spinner:
        yield spinner.update
    console.print(f"  [green]done [/]  {name:32} {time.monotonic() - began:5.1f} s")


def _tool(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words], cwd=settings.ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StepError(
            f"{' '.join(words[:4])} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def _wait_for_sink() -> None:
    deadline = time.monotonic() + SINK_PATIENCE
    while lag := flow.lag():
        if time.monotonic() > deadline:
            raise StepError(
                f"the sink still has {lag} messages to read after {SINK_PATIENCE:.0f} s; "
                "see `uv run python connectors/register.py status`"
            )
        time.sleep(0.3)
