"""`watch` as a process: stops at SIGTERM and SIGINT, between two ticks."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from registrar.kafka import Kafka
from registrar.rest import Connect
from registrar.watch.events import emitter
from registrar.watch.limits import Limits
from registrar.watch.watcher import Watcher


def serve(
    connect: Connect, kafka: Kafka, names: Sequence[str], folder: Path, limits: Limits
) -> None:
    """Watch until a signal; events go to standard output.

    Raises:
        RegistrarError: another watcher is at work in the folder.
    """
    # It warns of every block that held a refused row, which is the isolation's daily bread.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    told: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        told.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note)
    watcher = Watcher(connect, kafka, names, folder, limits, emitter(sys.stdout))
    watcher.run(stopped=lambda: bool(told))
