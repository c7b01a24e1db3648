"""What a worker can answer, and what the user reads then."""

from __future__ import annotations

from pathlib import Path

import pytest
from registrar.cli import main
from registrar.health import MISSING, look
from registrar.rest import Connect, RefusedError, UnreachableError

from tests.connectors.conftest import FakeConnect

STATUS = {"connector": {"state": "RUNNING"}, "tasks": [{"id": 0, "state": "RUNNING"}]}


def test_a_rebalance_is_waited_for(fake_connect: FakeConnect) -> None:
    busy = (409, {"error_code": 409, "message": "rebalance in process"})
    also_busy = (500, {"error_code": 500, "message": "... because a rebalance is expected"})
    fake_connect.answers["GET /connectors"] = [busy, also_busy, (200, ["b", "a"])]
    assert Connect(fake_connect.url).names() == ["a", "b"]
    assert len(fake_connect.calls) == 3


def test_user_and_password_of_the_url_are_sent_and_never_shown(fake_connect: FakeConnect) -> None:
    fake_connect.answers["GET /connectors"] = (401, b"")
    url = fake_connect.url.replace("http://", "http://kim:s3cret@")
    with pytest.raises(RefusedError, match="user or password refused") as caught:
        Connect(url).names()
    assert fake_connect.authorization[0].startswith("Basic ")
    assert "s3cret" not in str(caught.value)


def test_a_wrong_url_says_what_is_wrong(fake_connect: FakeConnect) -> None:
    fake_connect.answers["GET /connectors"] = (200, b"<html>a proxy</html>")
    with pytest.raises(RefusedError, match="does not answer like Kafka Connect"):
        Connect(fake_connect.url).names()


def test_an_absent_worker_is_one_line_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "x", "--url", "http://127.0.0.1:1"], tmp_path, tmp_path) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: Kafka Connect does not answer at http://127.0.0.1:1: ")
    assert error.count("\n") == 1
    with pytest.raises(UnreachableError):
        Connect("http://127.0.0.1:1").names()


def test_no_url_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "x", "--url", ""], tmp_path, tmp_path) == 2
    assert "CONNECT_URL" in capsys.readouterr().err


def test_a_worker_that_has_no_status_yet_does_not_mean_the_connector_is_gone(
    fake_connect: FakeConnect,
) -> None:
    fake_connect.answers["GET /connectors/x/config"] = (200, {"name": "x"})
    assert look(Connect(fake_connect.url), "x").state == "UNASSIGNED"
    fake_connect.answers.clear()
    assert look(Connect(fake_connect.url), "x").state == MISSING


def test_names_are_escaped_in_paths(fake_connect: FakeConnect) -> None:
    fake_connect.answers["GET /connectors/a%2Fb%20c/status"] = (200, STATUS)
    assert look(Connect(fake_connect.url), "a/b c").running
