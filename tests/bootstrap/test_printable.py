"""Files, messages and rows of others cannot steer the terminal in which their names are shown."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from audit import show
from bootstrap import status
from connectors.registrar.verbs import dead_letters
from dags.landing.reconcile.report import Difference, Hop
from settings import command_line

#: Retitles the window, clears it, and turns the direction of writing round.
HOSTILE = "a\x1b]0;mine\x07\x1b[2J\x9b2J\r\u202eb"


def check(text: str) -> None:
    assert r"a\x1b]0;mine\x07\x1b[2J\x9b2J\r\u202eb" in text
    assert not set(text) & set("\x1b\x07\x9b\r\u202e")


def test_names_of_files_and_causes_in_the_status() -> None:
    found: dict[str, Any] = {
        "services": {},
        "connectors": {"c": {"state": "FAILED", "tasks": [], "cause": HOSTILE}},
        "dags": {},
        "flow": {},
        "files": {},
        "notices": [{"feed": HOSTILE, "kind": "late", "text": HOSTILE}],
        "untaken": [HOSTILE],
        "open_transaction": {"seconds": 10_000, "who": HOSTILE},
    }
    out = io.StringIO()
    status.render(found, Console(file=out, width=500, markup=False))
    for line in filter(None, out.getvalue().splitlines()):
        check(line)


def test_keys_and_reasons_of_dead_letters(capsys: pytest.CaptureFixture[str]) -> None:
    message = SimpleNamespace(key=HOSTILE.encode, value=lambda: None)
    letter: Any = SimpleNamespace(origin=("t", 0, 1), reason=HOSTILE, message=message)
    dead_letters._show(letter, None)
    for line in capsys.readouterr().out.strip().split("\n")[:2]:
        check(line)


def test_values_in_the_audit_and_in_errors(capsys: pytest.CaptureFixture[str]) -> None:
    difference = Difference(HOSTILE, 1, (HOSTILE,))
    check(show.text(Hop("h", HOSTILE, "rows", differences=[difference])))
    command_line.print_error(HOSTILE)
    check(capsys.readouterr().err)
