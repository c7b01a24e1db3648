"""The whole chain on real services: rows arrive, once, whatever dies on the way."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from bootstrap import dag_runs
from bootstrap.airflow.api import Airflow
from dags.landing.snowflake import connect_from_env, rows
from tests.bootstrap.test_service_secrets import NEEDED, secrets_in
from tests.conftest import ROOT, Bootstrap

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

EVENTS = 10_000


def status_of(chain: Bootstrap) -> dict[str, Any]:
    return json.loads(chain("status", "--json").stdout)


def counts_of(chain: Bootstrap) -> dict[str, Any]:
    status = status_of(chain)
    return {"flow": status["flow"], "files": status["files"]}


def _file_rows(pattern: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for file in sorted((ROOT / "data" / "incoming").glob(pattern)):
        with file.open(newline="") as stream:
            found += csv.DictReader(stream)
    return found


def test_no_process_shows_a_secret_that_its_service_does_not_need(chain: Bootstrap) -> None:
    shown: dict[str, set[str]] = {}
    for pid, service in chain.processes().items():
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            # Until it has become the service, it reads the settings.
            if "bootstrap.native.execute" not in process.cmdline():
                found = secrets_in(process.environ(), chain.settings)
                shown.setdefault(service, set()).update(found)
    assert {"supervisor", "kafka", "connect", "airflow-scheduler"} <= shown.keys()
    extra = {name: found - NEEDED.get(name, set()) for name, found in shown.items()}
    assert not any(extra.values()), extra


def test_dbts_site_in_airflow_is_for_whoever_has_signed_in(chain: Bootstrap) -> None:
    url, user = chain.settings["AIRFLOW_URL"], chain.settings["AIRFLOW_USER"]
    site = [
        f"{url}/cosmos/pipeline/{page}"
        for page in ("dbt_docs", "dbt_docs_index.html", "manifest.json", "catalog.json")
    ]
    for page in site:
        assert requests.get(page, timeout=120).status_code == 401
        wrong = {"Authorization": "Bearer wrong", "Cookie": "_token=wrong"}
        assert requests.get(page, headers=wrong, timeout=120).status_code in (401, 403)
        browser = {"headers": {"Accept": "text/html"}, "allow_redirects": False}
        asked = requests.get(page, timeout=120, **browser)  # type: ignore[arg-type]
        assert asked.status_code == 307
        assert asked.headers["Location"].startswith("/auth/login?next=%2Fcosmos%2F")
    login = {"username": user, "password": chain.settings["AIRFLOW_PASSWORD"]}
    token = requests.post(f"{url}/auth/token", json=login, timeout=120).json()["access_token"]
    for session in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"_token={token}"}):
        assert requests.get(site[0], headers=session, timeout=120).status_code == 200


def test_every_event_and_every_file_row_reaches_the_marts(chain: Bootstrap) -> None:
    status = status_of(chain)
    assert status["flow"]["transactions"] == {
        "topic": EVENTS,
        "dead_letter": 0,
        "sink": EVENTS,
        "raw": EVENTS,
        "mart": EVENTS,
    }
    for feed, pattern in {
        "transactions_batch_csv": "transactions_*.csv",
        "user_registrations": "user_registrations_*.csv",
    }.items():
        landed = status["files"][feed]
        assert landed["parsed"] == landed["loaded"] == len(_file_rows(pattern))
        assert landed["rejected"] == 0


def test_values_with_quoted_commas_arrive_intact(chain: Bootstrap) -> None:
    expected = sorted(row["preferred_categories"] for row in _file_rows("user_registrations_*.csv"))
    assert any("," in value for value in expected)
    with connect_from_env(chain.settings) as warehouse:
        landed = rows(warehouse, "select preferred_categories from RAW.USER_REGISTRATIONS")
    assert sorted(value for (value,) in landed) == expected


def test_landing_again_lands_nothing_twice(chain: Bootstrap, airflow: Airflow) -> None:
    before = counts_of(chain)
    dag_runs.ingest(airflow, lambda _: None)
    assert counts_of(chain) == before


def test_a_second_up_says_so_and_shows_the_status(chain: Bootstrap) -> None:
    again = chain("up")
    assert again.returncode == 0
    assert "up already" in again.stderr
    assert "transactions" in again.stdout


def test_dbt_runs_from_the_project_folder(chain: Bootstrap, tmp_path: Path) -> None:
    dbt = Path(sys.executable).parent / "dbt"
    env = chain.settings | {"DBT_TARGET_PATH": str(tmp_path), "DBT_LOG_PATH": str(tmp_path)}
    done = subprocess.run(
        [dbt, "build", "--select", "stg_user_registrations"],
        cwd=ROOT / "dbt_project",
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
