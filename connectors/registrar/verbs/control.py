"""register.py pause, resume, stop, restart"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from connectors.registrar.errors import UsageError
from connectors.registrar.stopping import pause_and_wait, stop_and_wait
from connectors.registrar.verbs.context import Context, print_json


class Control:
    """A verb that does one thing to each named connector."""

    def __init__(self, text: str, done: str, act: Callable[[Context, str], None]) -> None:
        self.HELP = text
        self._done = done
        self._act = act

    def arguments(self, _: argparse.ArgumentParser) -> None:
        """None of its own."""

    def run(self, context: Context) -> int:
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


class Restart(Control):
    """Restart, with an option."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--failed", action="store_true", help="only what has failed")


pause = Control(
    "tasks stay, and read nothing",
    "paused",
    lambda context, name: pause_and_wait(context.connect, name),
)
resume = Control(
    "undo pause or stop", "resumed", lambda context, name: context.connect.resume(name)
)
stop = Control(
    "end the tasks; offsets stay",
    "stopped",
    lambda context, name: stop_and_wait(context.connect, name),
)
restart = Restart(
    "start connectors and their tasks again",
    "restarted",
    lambda context, name: context.connect.restart(name, context.options.failed),
)
