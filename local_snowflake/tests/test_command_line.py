"""The command: exit codes, and errors that a person can cause, without a traceback."""

from __future__ import annotations

import os
import signal
from importlib.metadata import version
from pathlib import Path

import pytest
from account import LocalServer, run_until_exit


def test_help_and_version_name_what_a_person_looks_for() -> None:
    shown = run_until_exit("--help")
    assert shown.returncode == 0
    assert "exit codes: 0 " in shown.stdout
    assert run_until_exit("--version").stdout.split()[:2] == [
        "local-snowflake",
        version("local-snowflake"),
    ]


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_stops_cleanly(server: LocalServer, how: signal.Signals, code: int) -> None:
    server.connect().cursor().execute("CREATE TABLE kept (a INT)")
    assert server.stop(how) == code
    server.start()
    server.connect().cursor().execute("SELECT a FROM kept")


def test_a_folder_or_port_in_use_is_named(local: LocalServer | None, tmp_path: Path) -> None:
    if local is None:
        pytest.skip("about the local server's process")
    second = run_until_exit("--port", "0", "--data", str(local.data))
    assert second.returncode == 1
    assert "in use by process" in second.stderr
    third = run_until_exit("--port", str(local.port), "--data", str(tmp_path))
    assert third.returncode == 1
    assert f"Port {local.port}" in third.stderr
    for refused in (second, third):
        assert refused.stderr.startswith("error: ")
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [
        (["--host", "no-such-host.invalid"], 1, "no-such-host.invalid"),
        (["--data", "/dev/null/below"], 1, "/dev/null/below"),
        (["--memory", "much"], 1, "much"),
        (["--port", "65536"], 2, "--port"),
        (["--database", "a/b"], 2, "--database"),
        (["--no-such-option"], 2, "--no-such-option"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(
    tmp_path: Path, options: list[str], code: int, named: str
) -> None:
    refused = run_until_exit("--port", "0", "--data", str(tmp_path), *options)
    assert refused.returncode == code
    assert "error: " in refused.stderr
    assert named in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_database_file_of_another_program_is_named(tmp_path: Path) -> None:
    (tmp_path / "databases").mkdir()
    (tmp_path / "databases" / "PIPELINE.db").write_text("not a database")
    refused = run_until_exit("--port", "0", "--data", str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("error: ")
    assert "PIPELINE.db" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_a_password_it_listens_on_loopback_only(tmp_path: Path) -> None:
    open_to_all = ("--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path))
    refused = run_until_exit(*open_to_all, env={"SNOWFLAKE_PASSWORD": ""})
    assert (refused.returncode, "set SNOWFLAKE_PASSWORD" in refused.stderr) == (1, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    refused = run_until_exit("--port", "0", "--data", str(tmp_path))
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert str(tmp_path) in refused.stderr
