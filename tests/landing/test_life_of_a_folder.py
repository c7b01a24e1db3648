"""Whatever people do in the folder, the newest content of a name counts, or its refusal is loud."""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dags.landing.feeds import FileFeed
from dags.landing.land import land_files
from dags.landing.macros import MacroError
from tests.landing.csv_files import HEADER, row

pytestmark = [pytest.mark.services, pytest.mark.slow]

NAMES = [f"transactions_{letter}.csv" for letter in "abc"]


class Folder:
    """Does what people and their tools do, at random."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self.random = path, random.Random(seed)
        self.written: list[bytes] = []

    def change(self) -> None:
        file = self.path / self.random.choice(NAMES)
        deeds: list[Callable[[Path], object]] = [
            self.write, self.write, self.send_again, self.rename, self.touch, Path.unlink,
        ]  # fmt: skip
        with suppress(FileNotFoundError):
            self.random.choice(deeds)(file)

    def write(self, file: Path) -> None:
        """Something new; half of the time with the time that the file had."""
        content = f"{HEADER}\n{row(1, amount=str(1000 + len(self.written)))}\n".encode()
        self.written.append(content)
        before = file.stat().st_mtime if file.exists() else time.time()
        file.write_bytes(content)
        os.utime(file, (before, before) if self.random.random() < 0.5 else None)

    def send_again(self, file: Path) -> None:
        if self.written:
            file.write_bytes(self.random.choice(self.written))

    def rename(self, file: Path) -> None:
        file.rename(self.path / self.random.choice(NAMES))

    def touch(self, file: Path) -> None:
        """By a clock that is right, behind or ahead."""
        then = time.time() + self.random.choice([-86_400, 0, 86_400])
        if file.exists():
            os.utime(file, (then, then))


@pytest.mark.parametrize("seed", range(3))
def test_the_newest_content_of_each_name_is_the_newest_in_raw(
    warehouse: Any, transactions: FileFeed, incoming: Path, seed: int
) -> None:
    feed, folder = replace(transactions, settle_seconds=0), Folder(incoming, seed)
    for _ in range(10):
        for _ in range(folder.random.randint(1, 3)):
            folder.change()
        refused: str = ""
        try:
            land_files(feed, incoming)
        except MacroError as error:
            refused = str(error)
        raw = warehouse.query(
            f"select source_file, source_content_key from RAW.{feed.table}"
            " order by ingested_at, source_row"
        )
        newest, owner = dict(raw), {key: name for name, key in raw}
        states = warehouse.ledger(feed.name)
        for file in incoming.iterdir():
            key = hashlib.sha256(file.read_bytes()).hexdigest()
            if states[file.name][0] == "refused":
                assert owner[key] == file.name
                assert newest[file.name] != key
                continue
            assert file.name not in refused
            assert key in owner, "its rows are in RAW"
            if owner[key] == file.name:
                assert newest[file.name] == key
        assert len(raw) == len({key for _, key in raw}), "and once"
