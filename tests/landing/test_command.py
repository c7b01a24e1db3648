"""`python -m dags.landing` fails in one way: a message on stderr with the fix, and an exit code."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dags.landing import feeds, land
from dags.landing.__main__ import main
from tests.landing.csv_files import good, settled

#: Nothing listens on this port.
CLOSED = "1"
VERBS = ("check", "lint", "land", "resync", "replay")
STREAM = "transactions_streaming_kafka"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Variables of the command: no service runs, and there is no .env."""
    monkeypatch.setattr("settings.environment.ENV_FILE", tmp_path / ".env")
    away = {"SNOWFLAKE_ACCOUNT": "local", "SNOWFLAKE_PORT": CLOSED, "POSTGRES_PORT": CLOSED}
    variables = os.environ | away | {"UNLOAD_PASSWORD": "any", "INCOMING_DIR": str(tmp_path)}
    monkeypatch.setattr(os, "environ", variables)
    return variables


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command that must fail with an exit code; gives its message."""

    def run(code: int, *words: str) -> str:
        assert main(words) == code
        message = capsys.readouterr().err
        assert message.startswith("error: ")
        return message

    return run


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "frob",
            "invalid choice: 'frob' (choose from 'check', 'lint', 'try', 'land', ",
        ),
        ("", "arguments are required: VERB"),
        ("land nope", "There is no feed 'nope'. Feeds: transactions_streaming_kafka, "),
        ("replay nope", "There is no feed 'nope'. Feeds: transactions_streaming_kafka, "),
        ("resync user_registrations --full", "comes from files: a changed file lands by itself"),
        (f"resync {STREAM}", "one of the arguments --since --full is required"),
        (f"resync {STREAM} --since yesterday", "'yesterday' is not a valid time: use 2026-11-01"),
    ],
)
@pytest.mark.usefixtures("environment")
def test_wrong_usage_is_answered_with_what_is_right(
    fails: Callable[..., str], words: str, message: str
) -> None:
    assert message in fails(2, *words.split())


@pytest.mark.parametrize("verb", [f"land {STREAM}", f"resync {STREAM} --full"])
@pytest.mark.usefixtures("environment")
def test_an_unreachable_postgres_is_named(fails: Callable[..., str], verb: str) -> None:
    message = fails(1, *verb.split())
    assert "Postgres: nothing listens there: is it up? `make status` says so" in message


@pytest.mark.parametrize("verb", ["land user_registrations", "replay user_registrations"])
@pytest.mark.usefixtures("environment")
def test_an_unreachable_snowflake_is_named(fails: Callable[..., str], verb: str) -> None:
    message = fails(1, *verb.split())
    assert "Snowflake: no answer: is it up? `make status` says so" in message


def test_all_that_a_check_finds_is_in_its_message(
    fails: Callable[..., str], environment: dict[str, str]
) -> None:
    environment["INCOMING_DIR"] = "/no/such/folder"
    message = fails(1, "check")
    assert all(f"{system}: " in message for system in ("Postgres", "Snowflake", "Files"))


@pytest.mark.parametrize("name", ["SNOWFLAKE_PORT", "POSTGRES_PORT"])
def test_a_setting_that_cannot_be_used_is_named(
    fails: Callable[..., str], environment: dict[str, str], name: str
) -> None:
    environment[name] = "abc"
    assert f"{name}='abc' is not a port" in fails(2, "land")


@pytest.mark.usefixtures("environment")
def test_a_broken_landing_block_is_named_with_its_line(
    fails: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.yml").write_text("sources:\n- {name: raw, tables: [{name: 3}]}\n")
    load = feeds.load
    monkeypatch.setattr(feeds, "load", lambda: load(tmp_path))
    assert "orders.yml:2: name: 3 is not of type 'string'" in fails(1, "lint")


@pytest.mark.usefixtures("environment")
def test_interrupted_by_a_person_it_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(land, "land_feed", interrupt)
    assert main(["land"]) == 130


@pytest.mark.parametrize("words", [[], *([verb] for verb in VERBS)])
def test_help_lists_the_exit_codes(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    assert "0 done, 1 failed, 2 wrong usage" in capsys.readouterr().out


def test_it_says_which_version_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("transaction-pipeline ")


@pytest.mark.services
def test_a_wrong_password_and_a_missing_folder_stop_their_feeds_alone(
    warehouse: Any,
    sink: psycopg.Connection,
    incoming: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {"UNLOAD_PASSWORD": "wrong", "INCOMING_DIR": str(incoming / "elsewhere")}
    monkeypatch.setattr(os, "environ", os.environ | wrong)
    assert main(["land"]) == 1
    message = capsys.readouterr().err
    assert f"error: {STREAM}: Postgres: wrong user or password" in message
    assert "elsewhere is not a folder: create it, or set INCOMING_DIR." in message

    settled(incoming / "transactions_1.csv", good(2))
    monkeypatch.setenv("INCOMING_DIR", str(incoming))
    assert main(["land"]) == 1
    assert capsys.readouterr().err.endswith(f"error: failed: {STREAM}\n")
    assert warehouse.count("TRANSACTIONS_BATCH_CSV") == 2
