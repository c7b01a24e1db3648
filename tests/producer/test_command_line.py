"""What a person at the terminal gets: totals, exit codes, and errors that name the fix."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from producer.cli import main
from producer.delivery.progress import Display
from producer.delivery.totals import Totals
from tests.producer.mock_kafka import MockKafka

ROOT = Path(__file__).resolve().parent.parent.parent
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def stack(kafka: MockKafka, monkeypatch: pytest.MonkeyPatch) -> MockKafka:
    """A Kafka that the command line finds by itself."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka.servers)
    return kafka


def test_a_counted_run_ends_with_its_totals(stack: MockKafka, capsys: Captured) -> None:
    assert main(["stream", "--count", "10000", "--seed", "1"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "produced 10000, acknowledged 10000, failed 0"
    keys = {key for part in stack.messages("transactions", 10_000) for key, _ in part}
    assert len(keys) == 10_000


def test_the_second_stream_is_produced_by_its_name_or_topic(
    stack: MockKafka, capsys: Captured
) -> None:
    for name in ("user_event", "user_events"):
        assert main(["stream", "--stream", name, "--count", "50", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {
            "produced": 50,
            "acknowledged": 50,
            "failed": 0,
            "made": {"events": 50},
            "failures": [],
            "refused": [],
        }
    stack.messages("user_events", 100)


def test_a_seed_is_drawn_and_printed_unless_it_is_given(stack: MockKafka, capsys: Captured) -> None:
    for _ in range(2):
        assert main(["stream", "--count", "100"]) == 0
        assert "seed " in capsys.readouterr().err
    keys = {key for part in stack.messages("transactions", 200) for key, _ in part}
    assert len(keys) == 200


@pytest.mark.parametrize(("number", "processes"), [(signal.SIGINT, "1"), (signal.SIGTERM, "2")])
def test_ctrl_c_and_sigterm_flush_and_print_the_totals(
    stack: MockKafka, number: signal.Signals, processes: str
) -> None:
    words = ["stream", "--rate", "500", "--processes", processes]
    running = subprocess.Popen(
        [sys.executable, "-m", "producer", *words],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert "seed" in running.stderr.readline()
    running.send_signal(number)
    out, err = running.communicate(timeout=300)
    assert running.returncode == 0, err
    produced, acknowledged, failed = (int(w.split()[1]) for w in out.splitlines()[-1].split(","))
    assert produced == acknowledged
    assert failed == 0


def test_ctrl_c_in_a_counted_run_says_how_far_it_came_and_exits_with_130(stack: MockKafka) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "producer", "stream", "--rate", "500", "--count", "1000000"],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert "seed" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=300)
    assert running.returncode == 130, err
    assert re.search(r"stopped after \d+ of 1000000 messages", err)
    assert out.startswith("produced ")


@pytest.mark.parametrize("verb", [[], ["stream"], ["files"]])
def test_every_help_lists_the_exit_codes(verb: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([*verb, "--help"])
    assert "exit codes: 0 done, 1 failed, 2 wrong usage" in capsys.readouterr().out


def test_a_reader_that_has_seen_enough_gets_no_traceback(tmp_path: Path) -> None:
    words = ["files", "--month", "2026-11", "--users", "5", "--transactions", "0"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "producer", *words, "--out", str(tmp_path)],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("no_color", ["", "1"])
def test_the_bar_has_colours_unless_no_color_is_set(
    no_color: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    with Display(10) as display:
        display.show(Totals(produced=10))
    assert ("\x1b[3" in capsys.readouterr().err) == (not no_color)


def test_a_log_line_is_a_time_and_a_sentence_on_one_line(capsys: Captured) -> None:
    Display(None).say('no "Kafka" at x\nbut = y')
    line = capsys.readouterr().err
    assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ no "Kafka" at x but = y\n', line)


def test_kafka_away_gives_one_line_and_exit_code_1(capsys: Captured) -> None:
    assert main(["stream", "--count", "5", "--wait", "0.5"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: no Kafka at 127.0.0.1:1: ")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("stream --stream nothing", "no stream is called 'nothing'"),
        ("stream --count 0", "whole number above 0"),
        ("stream --rate -1", "messages a second"),
        ("stream --duplicates 2", "share from 0 to 1"),
        ("stream --poison nonsense=0.1", "no kind 'nonsense'"),
        ("stream --poison much", "share from 0 to 1"),
        ("stream --start someday", "is not a valid time"),
        ("stream --count 5 --start 2026-11-02 --end 2026-11-01", "after their start"),
        ("stream --end 2026-11-01", "--end needs --count"),
        ("stream --late-by 3", "is not a duration"),
        ("stream --count 5 -X nonsense", "use KEY=VALUE"),
        ("stream --count 5 --users no_such_*.csv", "no file matches"),
        ("files --month 2026-08 --broken nonsense=1", "no kind 'nonsense'"),
        ("files", "--month"),
    ],
)
def test_wrong_usage_is_named_and_exits_with_2(words: str, reason: str, capsys: Captured) -> None:
    try:
        code: object = main(words.split())
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert reason in capsys.readouterr().err
