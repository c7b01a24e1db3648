"""A plan shows every difference and no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.registrar.cli import main
from tests.connectors.conftest import FakeConnect

Write = Callable[[str, str], Path]


def plan(folder: Path, server: FakeConnect, *words: str) -> int:
    return main(["plan", "--url", server.url, "--kafka", "", *words], folder, folder)


def test_a_plan_is_a_diff_and_exits_3(
    write: Write, fake_connect: FakeConnect, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write("orders.yml", "config: {topics: new, batch.size: 5, tasks.max: 1}\n").parent
    live = {"name": "orders", "topics": "old", "tasks.max": "1", "by.hand": "x"}
    fake_connect.answers["GET /connectors/orders/config"] = (200, live)
    assert plan(folder, fake_connect) == 3
    assert capsys.readouterr().out.splitlines() == [
        "orders: change",
        "  + batch.size = 5",
        "  - by.hand = x",
        "  ~ topics = old -> new",
    ]


def test_no_difference_exits_0(write: Write, fake_connect: FakeConnect) -> None:
    folder = write("orders.yml", "config: {topics: t}\n").parent
    answer = (200, {"name": "orders", "topics": "t"})
    fake_connect.answers["GET /connectors/orders/config"] = answer
    assert plan(folder, fake_connect) == 0


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_secrets_are_masked_and_references_are_not(
    write: Write, fake_connect: FakeConnect, capsys: pytest.CaptureFixture[str], words: tuple[str]
) -> None:
    text = "config: {connection.password: '${env:DB_PASSWORD}', url: 'jdbc:x?password=abc123'}\n"
    folder = write("orders.yml", text).parent
    live = {
        "connector.class": "a.Source",
        "connection.password": "hunter2",
        "sasl.jaas.config": 'password="xyzzy";',
        "pin": "4711",
    }
    fake_connect.answers["GET /connectors/orders/config"] = (200, live)
    fake_connect.answers["GET /connector-plugins/a.Source/config"] = (
        200,
        [{"name": "pin", "type": "PASSWORD"}],
    )
    assert plan(folder, fake_connect, *words) == 3
    out = capsys.readouterr().out
    assert not any(secret in out for secret in ("hunter2", "xyzzy", "abc123", "4711"))
    assert "${env:DB_PASSWORD}" in out


def test_connectors_without_a_file_are_shown_with_prune(
    write: Write, fake_connect: FakeConnect, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write("orders.yml", "config: {topics: t}\n").parent
    answer = (200, {"name": "orders", "topics": "t"})
    fake_connect.answers["GET /connectors/orders/config"] = answer
    fake_connect.answers["GET /connectors"] = (200, ["orders", "forgotten"])
    assert plan(folder, fake_connect, "--prune", "--json") == 3
    assert json.loads(capsys.readouterr().out)["remove"] == ["forgotten"]
    assert main(["prune", "--url", fake_connect.url], folder, folder) == 3
    assert main(["prune", "no_such", "--url", fake_connect.url], folder, folder) == 2
    assert "no connector 'no_such'; known: forgotten, orders" in capsys.readouterr().err
    assert not any(call.startswith("DELETE") for call in fake_connect.calls)
