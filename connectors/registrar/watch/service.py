"""`watch` as a process, which SIGTERM and SIGINT end."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from connectors.registrar.kafka import Kafka
from connectors.registrar.rest import Connect
from connectors.registrar.watch.events import emitter
from connectors.registrar.watch.limits import Limits
from connectors.registrar.watch.watcher import Watcher

# How long a request to a silent Connect or Kafka takes is up to them. It may be cut off: by the
# journal the next watcher goes on with whatever was under way, as after a kill.
GRACE_SECONDS = 2.0


def serve(
    connect: Connect, kafka: Kafka, names: Callable[[], Sequence[str]], folder: Path, limits: Limits
) -> None:
    """Watch until a signal; events go to standard output.

    Raises:
        RegistrarError: another watcher is at work in the folder.
    """
    # It warns of every block with a refused row, which is normal while records are isolated.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    emit = emitter(sys.stdout)
    watcher = Watcher(connect, kafka, names, folder, limits, emit)
    # In a thread of its own: a signal does not interrupt the main one within Kafka's client.
    work = ThreadPoolExecutor(1).submit(watcher.run, stop)
    work.add_done_callback(lambda _: stop.set())
    stop.wait()
    try:
        work.result(timeout=GRACE_SECONDS)
    except TimeoutError:
        emit("", "cut off", reason=f"still at work {GRACE_SECONDS:g} s after the signal")
        os._exit(0)
