"""What a worker can answer, and what the user reads then."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from connectors.registrar.cli import main
from connectors.registrar.health import MISSING, fetch_health
from connectors.registrar.rest import Connect, RefusedError, UnreachableError
from tests.connectors.conftest import Answer, FakeConnect

TRACE = "org.postgresql.util.PSQLException: ERROR: permission denied"
FAILED = {
    "connector": {"state": "RUNNING"},
    "tasks": [{"id": 0, "state": "FAILED", "trace": TRACE}],
}
PAUSED = {"connector": {"state": "PAUSED"}, "tasks": [{"id": 0, "state": "PAUSED"}]}
STATUS = {"connector": {"state": "RUNNING"}, "tasks": [{"id": 0, "state": "RUNNING"}]}


def test_a_rebalance_is_waited_for(fake_connect: FakeConnect) -> None:
    busy = (409, {"error_code": 409, "message": "rebalance in process"})
    also_busy = (500, {"error_code": 500, "message": "... because a rebalance is expected"})
    fake_connect.answers["GET /connectors"] = [busy, also_busy, (200, ["b", "a"])]
    assert Connect(fake_connect.url).names() == ["a", "b"]
    assert len(fake_connect.calls) == 3


def test_user_and_password_of_the_url_are_sent_and_never_shown(fake_connect: FakeConnect) -> None:
    fake_connect.answers["GET /connectors"] = (401, b"")
    url = fake_connect.url.replace("http://", "http://kim:s3cret%40@")
    with pytest.raises(RefusedError, match="user or password refused") as caught:
        Connect(url).names()
    assert fake_connect.authorization[0] == "Basic " + b64encode(b"kim:s3cret@").decode()
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "answer", [(200, b"<html>a proxy</html>"), (404, b"<html>no</html>"), (404, {"detail": "no"})]
)
def test_a_wrong_url_says_what_is_wrong(fake_connect: FakeConnect, answer: Answer) -> None:
    fake_connect.answers["GET /connectors/x/config"] = answer
    with pytest.raises(RefusedError, match="does not answer like Kafka Connect"):
        Connect(fake_connect.url).config("x")


def test_an_absent_worker_is_one_line_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "x", "--url", "http://127.0.0.1:1"], tmp_path, tmp_path) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: Kafka Connect does not answer at http://127.0.0.1:1: ")
    assert error.count("\n") == 1
    with pytest.raises(UnreachableError):
        Connect("http://127.0.0.1:1").names()


@pytest.mark.parametrize("option", ["--ca-file", "--client-cert"])
def test_a_certificate_that_is_not_there_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    words = ["status", "x", "--url", "https://127.0.0.1:1", option, "/nope"]
    assert main(words, tmp_path, tmp_path) == 1
    assert capsys.readouterr().err == f"error: {option} /nope: there is no such file\n"


def test_apply_says_of_every_connector_what_became_of_it(
    fake_connect: FakeConnect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plugins").mkdir()
    keys = [{"name": name, "type": "STRING"} for name in ("connector.class", "topics")]
    fake_connect.answers["GET /connector-plugins/a.Sink/config"] = (200, keys)
    fake_connect.answers["PUT /connector-plugins/a.Sink/config/validate"] = (200, {"configs": []})
    for name in "abc":
        (tmp_path / f"{name}.yml").write_text("config: {connector.class: a.Sink, topics: t}\n")
        fake_connect.answers[f"PUT /connectors/{name}/config"] = (201, {})
        fake_connect.answers[f"GET /connectors/{name}/status"] = (200, PAUSED)
    fake_connect.answers["GET /connectors/c/status"] = (200, FAILED)
    fake_connect.answers["PUT /connectors/a/config"] = (400, {"error_code": 400, "message": "bad"})
    words = ["apply", "--url", fake_connect.url, "--kafka", "", "--timeout", "0"]
    assert main(words, tmp_path, tmp_path) == 1
    printed = capsys.readouterr()
    assert printed.out == "b: created, PAUSED\n"
    refused, failed = printed.err.splitlines()
    assert refused == "error: a: create: PUT /connectors/a/config: HTTP 400: bad"
    assert failed.startswith("error: c: create: not running in time: ")
    assert failed.endswith("PSQLException: ERROR: permission denied")


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("resume x", {"x": "resumed"}),
        ("pause x", {"x": "paused"}),
        ("restart x", {"x": "restarted"}),
    ],
)
def test_every_verb_prints_json_when_asked(
    fake_connect: FakeConnect,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: str,
    printed: object,
) -> None:
    fake_connect.answers["GET /connectors/x/status"] = (200, PAUSED)
    for call in ("PUT /connectors/x/pause", "PUT /connectors/x/resume"):
        fake_connect.answers[call] = (202, b"")
    restart = "POST /connectors/x/restart?includeTasks=true&onlyFailed=false"
    fake_connect.answers[restart] = (202, STATUS)
    where = ["--url", fake_connect.url, "--json"]
    assert main([*words.split(), *where], tmp_path, tmp_path) == 0
    assert json.loads(capsys.readouterr().out) == printed


def test_no_url_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "x", "--url", ""], tmp_path, tmp_path) == 2
    assert "CONNECT_URL" in capsys.readouterr().err


def test_a_worker_that_has_no_status_yet_does_not_mean_the_connector_is_gone(
    fake_connect: FakeConnect,
) -> None:
    fake_connect.answers["GET /connectors/x/config"] = (200, {"name": "x"})
    assert fetch_health(Connect(fake_connect.url), "x").state == "UNASSIGNED"
    fake_connect.answers.clear()
    assert fetch_health(Connect(fake_connect.url), "x").state == MISSING


def test_names_are_escaped_in_paths(fake_connect: FakeConnect) -> None:
    fake_connect.answers["GET /connectors/a%2Fb%20c/status"] = (200, STATUS)
    assert fetch_health(Connect(fake_connect.url), "a/b c").running
