"""Whatever answers in the place of Connect, each verb says so in words, and changes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.registrar.cli import VERBS, main
from connectors.registrar.kafka import Kafka
from connectors.registrar.rest import Connect
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.watcher import Watcher
from tests.connectors.conftest import CONNECTORS, Answer, FakeConnect, serving

Write = Callable[[str, str], Path]

# Words of each verb, and the first request whose answer it needs.
ASKING = {
    "lint": ("lint", "PUT /connector-plugins/a.Sink/config/validate"),
    "plan": ("plan", "GET /connectors/x/config"),
    "plan --prune": ("plan --prune", "GET /connectors/x/config"),
    "apply": ("apply --timeout 0", "PUT /connector-plugins/a.Sink/config/validate"),
    "status": ("status x", "GET /connectors/x/status"),
    "wait": ("wait x --timeout 0", "GET /connectors/x/status"),
    "pause": ("pause x", "PUT /connectors/x/pause"),
    "resume": ("resume x", "PUT /connectors/x/resume"),
    "stop": ("stop x", "PUT /connectors/x/stop"),
    "restart": ("restart x", "POST /connectors/x/restart?includeTasks=true&onlyFailed=false"),
    "rewind": ("rewind x --to earliest --yes", "GET /connectors/x/config"),
    "prune": ("prune --yes", "GET /connectors"),
    "dead-letters": ("dead-letters x", "GET /connectors/x/config"),
    "dead-letters --replay": ("dead-letters x --replay --yes", "GET /connectors/x/config"),
}
ODD: dict[str, Answer] = {
    "a page": (200, b"<html>a proxy</html>"),
    "a list": (200, [{"a": 1}]),
    "a text": (200, "ok"),
    "a number": (200, 7),
    "not UTF-8": (200, b'"\xff\xfe'),
    "nested too deeply": (200, b"[" * 100_000),
    "a starting worker's page": (404, b"<html>Not Found</html>"),
    "another server's 404": (404, {"detail": "no"}),
    "a gateway's page": (502, b"<html>Bad Gateway</html>"),
    "an error without a body": (500, b""),
    "an error without a message": (500, {"error_code": 500}),
    "a list as an error": (400, []),
}


class Odd(FakeConnect):
    """Gives one answer to every request, but for those that are in the table."""

    odd: Answer = (200, b"")

    def answer(self, call: str) -> Answer:
        return super().answer(call) if call in self.answers else self._odd(call)

    def _odd(self, call: str) -> Answer:
        self.calls.append(call)
        return self.odd


@pytest.fixture
def server() -> Iterator[Odd]:
    with serving(Odd()) as found:
        yield found


@pytest.fixture
def folder(write: Write) -> Path:
    """A folder with one connector, whose plugin's settings are known."""
    keys = dict.fromkeys(("connector.class", "topics"), "STRING")
    write("plugins/Sink.json", json.dumps({"class": "a.Sink", "keys": keys}))
    return write("x.yml", "config: {connector.class: a.Sink, topics: t}\n").parent


def test_every_verb_that_asks_connect_is_here() -> None:
    assert {words.split()[0] for words in ASKING} == {*VERBS} - {"watch", "strimzi"}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("verb", ASKING)
def test_an_odd_answer_is_an_error_that_names_request_and_answer(
    verb: str, odd: str, folder: Path, server: Odd, capsys: pytest.CaptureFixture[str]
) -> None:
    server.odd = ODD[odd]
    words, request = ASKING[verb]
    # These two ask Kafka as well, and would wait for it.
    kafka = "" if words.startswith(("lint", "apply")) else "127.0.0.1:1"
    where = ["--url", server.url, "--kafka", kafka]
    assert main([*words.split(), *where], folder, folder) == 1
    said = "".join(capsys.readouterr())
    method, path = request.split(" ")
    assert f"{method} {server.url}{path} does not answer like" in said or (
        f"{method} {path}: HTTP 500" in said
    )
    assert server.calls == [request]
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("verb", "request_", "answer"),
    [
        ("plan", "GET /connectors/x/config", (200, {"topics": ["t"]})),
        ("plan", "GET /connectors/x/config", (200, b"")),
        ("status x", "GET /connectors/x/status", (200, {})),
        ("status x", "GET /connectors/x/status", (200, {"connector": "RUNNING", "tasks": []})),
        ("status x", "GET /connectors/x/status", (200, {"connector": {"state": "RUNNING"}})),
        (
            "wait x",
            "GET /connectors/x/status",
            (200, {"connector": {"state": "RUNNING"}, "tasks": [{"id": "a", "state": None}]}),
        ),
        ("rewind x --to latest", "GET /connectors/x/offsets", (200, {"offsets": {}})),
        (
            "rewind x --to latest",
            "GET /connectors/x/offsets",
            (200, {"offsets": [{"partition": {"kafka_topic": "t"}, "offset": {"o": 1}}]}),
        ),
        ("prune", "GET /connectors", (200, {"x": 1})),
        ("prune", "GET /connectors", (200, [1])),
        (
            "lint",
            "PUT /connector-plugins/a.Sink/config/validate",
            (200, {"configs": [{"value": {"name": "topics"}}]}),
        ),
        ("lint --refresh", "GET /connector-plugins/a.Sink/config", (200, [{"name": "topics"}])),
    ],
)
def test_an_answer_that_lacks_something_is_no_traceback(
    verb: str,
    request_: str,
    answer: Answer,
    folder: Path,
    server: Odd,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.answers["GET /connectors/x/config"] = (200, {"topics": "t"})
    server.answers[request_] = answer
    where = ["--url", server.url, "--kafka", ""]
    if verb.startswith("rewind"):
        where[3] = "127.0.0.1:1"
    assert main([*verb.split(), *where], folder, folder) == 1
    method, path = request_.split(" ")
    said = "".join(capsys.readouterr())
    assert f"{method} {server.url}{path} does not answer like Kafka Connect: HTTP 200 with" in said


def test_values_of_an_answer_are_not_repeated(
    folder: Path, server: Odd, capsys: pytest.CaptureFixture[str]
) -> None:
    server.odd = (200, {"connection.password": ["hunter2"]})
    assert main(["plan", "--url", server.url], folder, folder) == 1
    said = capsys.readouterr().err
    assert "a JSON object with connection.password" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("odd", ODD)
def test_the_watcher_goes_on_and_says_what_it_met(odd: str, server: Odd, tmp_path: Path) -> None:
    server.odd = ODD[odd]
    events: list[tuple[str, str]] = []
    watcher = Watcher(
        Connect(server.url),
        Kafka({"bootstrap.servers": "127.0.0.1:1"}),
        lambda: ["x"],
        tmp_path,
        Limits(),
        lambda _, event, **details: events.append((event, details["reason"])),
    )
    watcher.tick()
    watcher.tick()
    [(event, reason)] = events
    assert event == "cannot be checked"
    assert "/connectors/x/status" in reason


def test_a_worker_that_is_starting_is_waited_for(server: Odd, folder: Path) -> None:
    running = {"connector": {"state": "RUNNING"}, "tasks": [{"id": 0, "state": "RUNNING"}]}
    starting = [ODD["a starting worker's page"], ODD["a gateway's page"]]
    server.answers["GET /connectors/x/status"] = [*starting, (200, running)]
    assert main(["wait", "x", "--timeout", "30", "--url", server.url], folder, folder) == 0


@pytest.mark.parametrize(
    "words",
    [
        "status y",
        "wait y --timeout 0",
        "pause y",
        "resume y",
        "stop y",
        "restart y",
        "prune y",
        "rewind y --to latest",
        "dead-letters y",
    ],
)
def test_an_unknown_connector_is_answered_with_the_known_ones(
    words: str, folder: Path, fake_connect: FakeConnect, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_connect.answers["GET /connectors"] = (200, ["b", "a"])
    where = ["--url", fake_connect.url, "--kafka", "127.0.0.1:1"]
    assert main([*words.split(), *where], folder, folder) == 2
    assert capsys.readouterr().err == "error: Connect has no connector 'y'; known: a, b\n"


@pytest.mark.parametrize("words", ["plan y", "lint --offline y", "strimzi y", "apply y"])
def test_an_unknown_file_is_answered_with_the_known_ones(
    words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split(), folder, folder, "http://127.0.0.1:1") == 2
    assert capsys.readouterr().err.endswith("; known: x\n")


def test_an_unknown_verb_is_answered_with_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["aply"], tmp_path, tmp_path) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert all(f"'{verb}'" in said for verb in VERBS)


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8083", "ftp://h", "http://", "http://[::1", "http://h:port", "http://h:0"],
)
def test_a_url_that_is_not_one_is_wrong_usage(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "x", "--url", url], tmp_path, tmp_path) == 2
    assert "CONNECT_URL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("plugins/additions.yml", "a: [", "additions.yml: not YAML"),
        ("plugins/additions.yml", "- a", "additions.yml: not a mapping"),
        (
            "plugins/additions.yml",
            "a.Sink: {ranges: {topics: 1}}",
            "additions.yml: entry of a.Sink",
        ),
        ("plugins/Sink.json", "{", "Sink.json:1: not JSON"),
        ("plugins/Sink.json", "[]", "Sink.json: not a list of settings"),
        ("plugins/Sink.json", "\udcff", "Sink.json:1: not UTF-8"),
        ("x.yml", "a: [", "x.yml:1: error: not YAML"),
        ("x.yml", "config: {a: &a [*a]}", "x.yml:1: error: a must not contain itself"),
        ("x.yml", "defaults: [a]", "x.yml:1: error: defaults must be the name of a file"),
        ("x.yml", "[" * 5000, "x.yml:1: error: not YAML"),
        ("x.yml", 'config: {a: !connect-schema "a\\0b"}', "cannot be read: "),
    ],
)
def test_a_broken_file_is_named(
    file: str, text: str, said: str, folder: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, text)
    assert main(["lint", "--offline"], folder, folder) == 1
    assert said in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "watch.json: not JSON"),
        ("[1]", "watch.json: not the state of a watcher"),
        ('{"time": "then", "pid": "1"}', "watch.json: not the state of a watcher"),
    ],
)
def test_a_broken_state_of_the_watcher_is_named(
    content: str,
    said: str,
    folder: Path,
    write: Write,
    server: Odd,
    capsys: pytest.CaptureFixture[str],
) -> None:
    running = {"connector": {"state": "RUNNING"}, "tasks": [{"id": 0, "state": "RUNNING"}]}
    server.answers["GET /connectors/x/status"] = (200, running)
    write("watch.json", content)
    assert main(["status", "--url", server.url], folder, folder) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", ["--kafka-config /nope", "--folder /nope", "--kafka-config ."])
def test_a_file_or_folder_that_is_not_there_is_named(
    words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--url", "http://127.0.0.1:1", "--kafka", "127.0.0.1:1", *words.split()]
    assert main(["plan", *where], folder, folder) in (1, 2)
    said = capsys.readouterr().err
    assert said.startswith(f"error: {words.split()[1]}: ")


def test_a_setting_that_kafkas_client_does_not_know_is_named(
    folder: Path, write: Write, server: Odd, capsys: pytest.CaptureFixture[str]
) -> None:
    server.odd = (200, {"errors.deadletterqueue.topic.name": "d"})
    file = write("client.properties", "# a comment\nno.such.setting=1\n")
    where = ["--url", server.url, "--kafka", "127.0.0.1:1", "--kafka-config", str(file)]
    assert main(["dead-letters", "x", *where], folder, folder) == 1
    assert "no.such.setting" in capsys.readouterr().err


def test_colour_is_for_terminals_and_not_for_those_who_do_not_want_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "x.yml").write_text("configs: {}\n")

    def printed() -> str:
        main(["lint", "--offline"], folder, folder)
        return capsys.readouterr().out

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\033" not in printed()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "\033[31merror\033[0m" in printed()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033" not in printed()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_lists_its_exit_codes(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"], Path(), Path())
    said = " ".join(capsys.readouterr().out.split())
    assert "exit codes: 0 " in said
    assert "2 wrong usage or setting" in said
    assert ("3 " in said.partition("exit codes")[2]) == (
        verb in ("plan", "rewind", "prune", "dead-letters")
    )


@pytest.mark.parametrize("words", ["lint --offline", "--help", "lint --help", "--version"])
def test_a_closed_pipe_ends_the_command_in_silence(words: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, str(CONNECTORS / "register.py"), *words.split()],
        env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"},
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
