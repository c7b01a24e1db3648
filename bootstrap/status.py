"""`status`: what runs, and how many rows are where."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

import settings
from bootstrap import flow
from bootstrap.airflow.api import Airflow, AirflowError
from bootstrap.lines import line
from bootstrap.runtime import Runtime
from connectors.registrar.health import fetch_health
from connectors.registrar.rest import Connect
from dags.landing import feeds
from dags.landing.unload import LONG_OPEN
from dags.landing.untaken import every_untaken
from settings import names

DAGS = (names.INGESTION_DAG, names.TRANSFORMATIONS_DAG)
GOOD = {"healthy", "RUNNING", "success"}


def collect(runtime: Runtime) -> dict[str, Any]:
    """The whole answer, as `status --json` prints it."""
    with ThreadPoolExecutor() as pool:
        states = pool.submit(runtime.services)
        connectors = pool.submit(_connectors)
        dags = pool.submit(_dags)
        running = any(service["seconds_up"] for service in states.result().values())
        opened = pool.submit(flow.open_transaction) if running else None
        notices = pool.submit(flow.notices) if running else None
        return {
            "services": states.result(),
            **(flow.count() if running else {"flow": {}, "files": {}}),
            "connectors": connectors.result(),
            "open_transaction": opened.result() if opened else None,
            "notices": notices.result() if notices else [],
            "untaken": [*every_untaken(settings.folder("INCOMING_DIR"), feeds.load())],
            "dags": dags.result(),
        }


def is_healthy(status: dict[str, Any]) -> bool:
    """Every service answers, every connector and task runs, no DAG's last run failed."""
    services = all(s["state"] == "healthy" for s in status["services"].values())
    connectors = all(
        c["state"] == "RUNNING" and c["tasks"] and all(t["state"] == "RUNNING" for t in c["tasks"])
        for c in status["connectors"].values()
    )
    return services and connectors and all(d["state"] != "failed" for d in status["dags"].values())


def show(runtime: Runtime, as_json: bool) -> int:
    """Print it; returns 0 if all is healthy, else 1."""
    status = collect(runtime)
    if as_json:
        sys.stdout.write(json.dumps(status, indent=2) + "\n")
    else:
        render(status, Console(highlight=False, markup=False))
    return 0 if is_healthy(status) else 1


def _connectors() -> dict[str, Any]:
    connect = Connect(settings.connect_url())
    found = {}
    for file in sorted((settings.ROOT / "connectors").glob("*.yml")):
        found[file.stem] = _connector(connect, file)
    return found


def _connector(connect: Connect, file: Path) -> dict[str, Any]:
    try:
        health = fetch_health(connect, file.stem)
    except Exception as error:
        return {"state": "UNKNOWN", "tasks": [], "cause": str(error)}
    tasks = [{"id": task.id, "state": task.state} for task in health.tasks]
    answer: dict[str, Any] = {"state": health.state, "tasks": tasks}
    return answer | ({"cause": health.cause} if health.failed else {})


def _dags() -> dict[str, Any]:
    airflow = Airflow()
    try:
        runs = {dag_id: airflow.last_run(dag_id) for dag_id in DAGS}
    except AirflowError:
        return {dag_id: {"state": "unknown", "finished_at": None} for dag_id in DAGS}
    return {
        dag_id: {"state": run["state"], "finished_at": run["end_date"]}
        if run
        else {"state": "never ran", "finished_at": None}
        for dag_id, run in runs.items()
    }


def render(status: dict[str, Any], console: Console) -> None:
    """Print the status for a person: services, connectors, DAGs, rows, an open transaction."""
    for name, service in status["services"].items():
        up = f"up {_duration(service['seconds_up'])}" if service["seconds_up"] else ""
        console.print(_line(service["state"], f"{name:24} {up:>10}  {service['address']}"))
    for name, connector in status["connectors"].items():
        tasks = " ".join(f"{task['id']}:{task['state']}" for task in connector["tasks"])
        cause = connector.get("cause", "")
        console.print(_line(connector["state"], f"{name:24} {'tasks ' + tasks}  {cause}"))
    for name, dag in status["dags"].items():
        console.print(_line(dag["state"], f"{name:24} {dag['finished_at'] or ''}"))
    console.print()
    render_flow(status, console)
    render_open_transaction(status["open_transaction"], console)
    for notice in status["notices"]:
        text = f"   {notice['feed']}: {notice['text']}"
        console.print(line(notice["kind"], "yellow", text), soft_wrap=True)
    for sentence in status["untaken"]:
        console.print(line("untaken", "yellow", f"   {sentence}"), soft_wrap=True)


def render_flow(status: dict[str, Any], console: Console) -> None:
    """Print how many rows each hop of a stream has, and how many each feed's files had."""
    hops = Table("stream", box=None, pad_edge=False)
    for title in ("topic", "dead letters", "sink", "raw", "mart"):
        hops.add_column(title, justify="right")
    for name, counts in status["flow"].items():
        hops.add_row(name, *(_number(counts[hop]) for hop in counts))
    files = Table("feed", box=None, pad_edge=False)
    for title in ("files", "refused", "rows", "loaded", "rejected"):
        files.add_column(title, justify="right")
    for name, counts in status["files"].items():
        files.add_row(name, *(_number(counts[part]) for part in counts))
    for table in (hops, files):
        if table.row_count:
            console.print(table, "")


def render_open_transaction(found: dict[str, Any] | None, console: Console) -> None:
    """A transaction that has been open for long enough to be forgotten."""
    if found and found["seconds"] > LONG_OPEN:
        text = (
            f"   a transaction in Postgres is open for {_duration(found['seconds'])} "
            f"({found['who']}): rows written since then land when it ends."
        )
        console.print(line("waiting", "yellow", text))


def _line(state: str, rest: str) -> Text:
    colour = "green" if state in GOOD else "yellow" if state in ("running", "queued") else "red"
    return line(f"{state:9}", colour, f" {rest}")


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} m" if hours else f"{minutes} m {rest:02} s"
