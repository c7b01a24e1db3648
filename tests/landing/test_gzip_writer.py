"""Compressing on several threads gives one ordinary gzip file."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from dags.landing.gzip_writer import GzipWriter


@pytest.mark.parametrize("size", [0, 1, 5_000_007])
def test_what_goes_in_comes_out(tmp_path: Path, size: int) -> None:
    data = random.Random(size).randbytes(size)
    with GzipWriter(tmp_path / "a.gz") as writer:
        for start in range(0, size, 100_003):
            writer.write(data[start : start + 100_003])
        assert writer.is_empty == (size == 0)
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == data


def test_the_same_bytes_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with GzipWriter(tmp_path / name) as writer:
            writer.write(b"x" * 3_000_000)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
