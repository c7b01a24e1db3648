"""Ends a process in which every thread waits for another one."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: The modules in which a thread waits for another thread; whoever waits for an answer from
#: elsewhere, or sleeps between two questions, is in other ones.
WAITS = {"threading", "logging", "queue", "concurrent.futures.thread", "concurrent.futures._base"}
#: Seconds between two looks, and how many of them must find the same.
PAUSE, LOOKS = 30.0, 10


@contextmanager
def ended_when_stuck(pause: float = PAUSE) -> Iterator[None]:
    """While this lasts, exit with 1, and every thread's stack on stderr, if no thread can go on.

    A watched dbt build was seen to wait for ever for a lock that no thread held. Nothing in Python
    frees it then; Airflow takes the end for that of a killed task.

    Args:
        pause: seconds between two looks.
    """
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(over, pause), name="stuck?", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(over: threading.Event, pause: float) -> None:
    before, same = None, 0
    while not over.wait(pause):
        now = _places()
        same = same + 1 if now is not None and now == before else 0
        before = now
        if same >= LOOKS - 1:
            print("every thread waits for another one: giving up", file=sys.stderr, flush=True)
            faulthandler.dump_traceback(file=sys.__stderr__ or sys.stderr)
            os._exit(1)


def _places() -> set[tuple[int, int, int]] | None:
    """Where each thread is; None if one of them can go on by itself."""
    own = threading.get_ident()
    frames = {thread: frame for thread, frame in sys._current_frames().items() if thread != own}
    if not all(map(_waits, frames.values())):
        return None
    return {(thread, id(frame), frame.f_lasti) for thread, frame in frames.items()}


def _waits(frame: FrameType) -> bool:
    # A worker of a pool that is in `run` calls what is not written in Python.
    return frame.f_globals.get("__name__") in WAITS and frame.f_code.co_name != "run"
