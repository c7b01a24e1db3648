"""Parts of a stream leave while the next ones are written, and leave nothing behind."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from dags.landing import snowflake, stage_parts
from dags.landing.stage_parts import UPLOADS, StageParts
from dags.landing.temp_dirs import DiskFullError, temp_dir


def test_parts_are_uploaded_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_under_way = threading.Barrier(UPLOADS, timeout=300)
    sent: list[bytes] = []

    def put(_: Any, file: Path, __: str) -> None:
        all_under_way.wait()
        sent.append(file.read_bytes())

    monkeypatch.setattr(snowflake, "put", put)
    monkeypatch.setattr(stage_parts, "BATCH_BYTES", 1)
    monkeypatch.setattr(stage_parts, "PART_BYTES", 1)
    with StageParts(None, "@s/run/", tmp_path) as parts:  # type: ignore[arg-type]
        for _ in range(UPLOADS * 2):
            parts.write(b"1,a\n")
    assert len(sent) == UPLOADS * 2
    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_fails_fails_the_unload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(*_: Any) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(snowflake, "put", put)
    with (
        pytest.raises(ConnectionError),
        StageParts(None, "@s/run/", tmp_path) as parts,  # type: ignore[arg-type]
    ):
        parts.write(b"1,a\n")


def test_a_disk_without_room_is_noticed_before_and_named_when_it_fills_up() -> None:
    with pytest.raises(DiskFullError, match=r"landing needs .* make room"), temp_dir(1 << 60):
        pass
    with pytest.raises(DiskFullError, match="is full: make room"), temp_dir(0):
        raise OSError(28, "No space left on device")
