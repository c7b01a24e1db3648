"""A first run that is interrupted says which services keep running."""

from __future__ import annotations

from typing import Any

import pytest

from bootstrap import cli, first_run


class Started:
    """A runtime whose services have all come up."""

    def asked(self) -> list[str]:
        return []

    def up(self, *_: Any) -> list[str]:
        return ["kafka"]


def test_an_interrupted_first_run_says_that_the_services_run_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_runtime", Started)
    monkeypatch.setattr(first_run.Streams, "finish", interrupted)
    assert cli.main(["up"]) == 130
    told = capsys.readouterr()
    assert "the services run on; to begin again: make down, then make up" in told.out + told.err
