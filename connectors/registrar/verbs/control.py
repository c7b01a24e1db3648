"""`pause`, `resume`, `stop`, `restart`: one thing done to each named connector."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from connectors.registrar.errors import UsageError
from connectors.registrar.verbs.context import Context, exit_codes, print_json
from connectors.registrar.waiting import pause_and_wait, stop_and_wait


class Control:
    """A verb that does one thing to each named connector.

    Args:
        text: for --help.
        done: what is printed of each connector.
        act: does it to one.
    """

    EXITS = exit_codes()

    def __init__(self, text: str, done: str, act: Callable[[Context, str], None]) -> None:
        self.HELP = text
        self._done = done
        self._act = act

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        if self is restart:
            parser.add_argument("--failed", action="store_true", help="only what has failed")

    def run_verb(self, context: Context) -> int:
        if not context.options.targets:
            raise UsageError("name the connectors: this verb never takes all")
        names = context.names()
        for name in names:
            self._act(context, name)
            if not context.options.json:
                print(f"{name}: {self._done}")
        if context.options.json:
            print_json(dict.fromkeys(names, self._done))
        return 0


pause = Control(
    "pause connectors: tasks stay, and read nothing",
    "paused",
    lambda given, name: pause_and_wait(given.connect, name),
)
resume = Control("undo pause or stop", "resumed", lambda given, n: given.connect.resume(n))
stop = Control(
    "stop connectors: tasks end, offsets stay",
    "stopped",
    lambda given, n: stop_and_wait(given.connect, n),
)
restart = Control(
    "restart connectors and their tasks",
    "restarted",
    lambda given, n: given.connect.restart(n, given.options.failed),
)
