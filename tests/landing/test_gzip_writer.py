"""Compressing on several threads gives one ordinary gzip file."""

from __future__ import annotations

import gzip
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dags.landing.gzip_writer import BLOCK, GzipWriter


@pytest.mark.parametrize("size", [0, 1, BLOCK, 5 * BLOCK + 7])
def test_what_goes_in_comes_out(tmp_path: Path, size: int) -> None:
    data = random.Random(size).randbytes(size)
    with ThreadPoolExecutor(3) as pool, GzipWriter(tmp_path / "a.gz", pool) as writer:
        for start in range(0, size, 100_003):
            writer.write(data[start : start + 100_003])
    compressed = (tmp_path / "a.gz").read_bytes()
    assert gzip.decompress(compressed) == data
    assert writer.compressed_bytes <= len(compressed)


def test_the_same_bytes_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with ThreadPoolExecutor(2) as pool, GzipWriter(tmp_path / name, pool) as writer:
            writer.write(b"x" * (3 * BLOCK))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
