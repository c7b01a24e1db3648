"""Starting and stopping, with the faults a user meets."""

from __future__ import annotations

import os
import re
import signal
import socket
from pathlib import Path

import pytest

from tests.conftest import Bootstrap, eventually

pytestmark = pytest.mark.services


def _answers(bootstrap: Bootstrap) -> bool:
    with socket.socket() as probe:
        return not probe.connect_ex(("127.0.0.1", int(bootstrap.settings["POSTGRES_PORT"])))


def test_down_leaves_no_process_and_up_continues(own_bootstrap: Bootstrap) -> None:
    assert own_bootstrap("up", "postgres").returncode == 0
    assert _answers(own_bootstrap)
    again = own_bootstrap("up", "postgres")
    assert again.returncode == 0, again.stderr

    assert own_bootstrap("down").returncode == 0
    assert not own_bootstrap.processes()
    assert own_bootstrap("up", "postgres").returncode == 0


def test_a_killed_service_comes_back(own_bootstrap: Bootstrap) -> None:
    assert own_bootstrap("up", "postgres").returncode == 0
    pid_file = Path(own_bootstrap.settings["PIPELINE_STATE"], "data", "postgres", "postmaster.pid")
    killed = int(pid_file.read_text().split()[0])
    os.kill(killed, signal.SIGKILL)

    def another_answers() -> bool:
        lines = pid_file.read_text().split("\n") if pid_file.exists() else ["0"]
        return lines[0] not in ("", "0", str(killed)) and _answers(own_bootstrap)

    assert eventually(another_answers)


def test_a_port_in_use_names_process_and_setting_and_starts_nothing(
    own_bootstrap: Bootstrap,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(own_bootstrap.settings["POSTGRES_PORT"])))
        taken.listen()
        refused = own_bootstrap("up", "postgres")
    assert refused.returncode == 1
    assert f"process {os.getpid()} " in refused.stderr
    assert "POSTGRES_PORT" in refused.stderr
    assert not own_bootstrap.processes()


def test_a_service_that_dies_in_its_start_shows_its_log_and_leaves_nothing(
    own_bootstrap: Bootstrap,
) -> None:
    data = Path(own_bootstrap.settings["PIPELINE_STATE"], "data", "postgres")
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9.6\n")
    failed = own_bootstrap("up", "postgres")
    assert failed.returncode == 1
    assert re.search(r"postgres did not start", failed.stderr)
    assert "  | " in failed.stderr
    assert not own_bootstrap.processes()


def test_a_state_folder_that_cannot_be_made_is_named(
    own_bootstrap: Bootstrap, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    broken = Bootstrap(own_bootstrap.settings | {"PIPELINE_STATE": str(tmp_path / "file" / "x")})
    refused = broken("up", "postgres")
    assert refused.returncode == 1
    assert "PIPELINE_STATE" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_what_a_killed_supervisor_left_behind_is_cleared(own_bootstrap: Bootstrap) -> None:
    assert own_bootstrap("up", "postgres").returncode == 0
    run = Path(own_bootstrap.settings["PIPELINE_STATE"], "run", "supervisord.pid")
    os.kill(int(run.read_text()), signal.SIGKILL)
    assert own_bootstrap("up", "postgres").returncode == 0
    assert own_bootstrap("down").returncode == 0
    assert not own_bootstrap.processes()
