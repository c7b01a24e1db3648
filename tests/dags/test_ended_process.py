"""A process of Airflow's that has ended is not waited for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bootstrap.airflow import environment

SCRIPT = Path(__file__).with_name("ended_process.py")


def test_a_process_that_closed_its_sockets_is_seen_to_end(tmp_path: Path) -> None:
    folder = Path(environment.__file__).parent
    path = {"PYTHONPATH": f"{folder}:{folder.parent.parent}", "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env={**path, "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout.splitlines()[-1:] == ["7"], done.stderr
