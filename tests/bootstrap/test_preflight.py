"""Nothing is started, and nothing deleted, in a folder that is somebody else's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from rich.console import Console

from bootstrap import preflight, state
from bootstrap.native.runtime import Processes


def test_a_folder_with_files_of_others_is_neither_used_nor_deleted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIPELINE_STATE", str(tmp_path))
    monkeypatch.setenv("PIPELINE_CACHE", str(tmp_path / "cache"))
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("mine")
    for refused in (preflight.check_folders, lambda: Processes().reset(Console(quiet=True))):
        with pytest.raises(preflight.PreflightError, match=r"PIPELINE_STATE=.*folder of its own"):
            refused()
    assert list(tmp_path.iterdir()) == [thesis]


def test_the_stacks_own_folder_is_closed_to_others_and_stays_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "state"
    (own / "acknowledged").mkdir(parents=True)
    monkeypatch.setenv("PIPELINE_STATE", str(own))
    monkeypatch.setenv("PIPELINE_CACHE", str(tmp_path / "cache"))
    preflight.check_folders()
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    (own / "note.txt").write_text("of a person who looked around")
    assert state.is_own()
    preflight.check_folders()
