"""`logs`: the services' log files, side by side."""

from __future__ import annotations

import sys
import time
from collections import deque
from pathlib import Path
from typing import TextIO

from bootstrap import state
from settings.command_line import check_known


def show(services: list[str], lines: int, follow: bool) -> None:
    """Print the last lines of each log, then what is added to them.

    Raises:
        UsageError: a named service has no log.
    """
    files = {file.stem: file for file in sorted(state.logs().glob("*.log"))}
    check_known("log of", services, list(files))
    chosen = {name: file for name, file in files.items() if not services or name in services}
    ends = {name: _tail(name, file, lines) for name, file in chosen.items()}
    while follow:
        for name, stream in ends.items():
            for line in stream:
                _print(name, line)
        time.sleep(0.3)


def _tail(name: str, file: Path, lines: int) -> TextIO:
    stream = file.open(errors="replace")
    for line in deque(stream, maxlen=lines):
        _print(name, line)
    return stream


def _print(name: str, line: str) -> None:
    sys.stdout.write(f"{name:22} {line.rstrip()}\n")
    sys.stdout.flush()
