"""CeleryExecutor is a matter of settings, and asks for nothing that is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import settings
from bootstrap.airflow.environment import broker_url, environment
from tests.conftest import ROOT, settings_of_its_own

PASSWORD = "p@ss/word#1"


@pytest.fixture(autouse=True)
def celery(tmp_path: Path) -> Iterator[None]:
    before = dict(os.environ)
    os.environ |= settings_of_its_own(tmp_path)
    os.environ |= {"AIRFLOW_EXECUTOR": "CeleryExecutor", "REDIS_PASSWORD": PASSWORD}
    yield
    os.environ.clear()
    os.environ |= before


def test_the_workers_sign_in_with_any_password() -> None:
    os.environ["REDIS_HOST"] = "redis"
    url = urlsplit(broker_url())
    assert (url.hostname, url.port, unquote(url.password or "")) == ("redis", 6379, PASSWORD)


def test_where_there_is_no_redis_the_error_says_where_there_is(tmp_path: Path) -> None:
    with pytest.raises(settings.SettingError, match="RUNTIME=docker"):
        environment(tmp_path)


def test_a_scheduler_without_the_profile_does_not_queue_for_nobody(tmp_path: Path) -> None:
    started = subprocess.run(
        [sys.executable, "-m", "bootstrap.containers.execute", "airflow", "scheduler"],
        cwd=ROOT,
        env=os.environ | {"REDIS_HOST": "redis.invalid", "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "--profile celery" in started.stderr
