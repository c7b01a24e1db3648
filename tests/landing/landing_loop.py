"""Lands one feed again and again, each time in a process of its own, until the deadline.

Usage: landing_loop.py FEED SECONDS KILL SEED. With KILL 1 all landings but the first are killed
(SIGKILL) at a random moment, if they last that long. Prints the number of landings, and of those
that were killed.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

from dags.landing.feeds import StreamFeed, find
from dags.landing.land import land_stream
from dags.landing.macros import macros


def main(name: str, seconds: float, kill: bool, seed: int) -> None:
    feed = find(name)
    assert isinstance(feed, StreamFeed)
    macros().parse()  # once, here: the children inherit it
    chance = random.Random(seed)
    deadline = time.monotonic() + seconds
    landings = killed = 0
    takes = 0.0  # seconds of a landing that nobody kills: the first one
    while time.monotonic() < deadline:
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                land_stream(feed)
                status = 0
            finally:
                os._exit(status)
        if kill and landings:
            time.sleep(chance.uniform(0, 1.3 * takes))
            os.kill(child, signal.SIGKILL)  # harmless if it is done
        _, status = os.waitpid(child, 0)
        landings += 1
        killed += os.WIFSIGNALED(status)
        takes = takes or time.monotonic() - started
    print(landings, killed)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3] == "1", int(sys.argv[4]))
