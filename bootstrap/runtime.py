"""What the stack's verbs need of a way to run it; both ways answer alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from bootstrap.lines import line

#: Service -> state, address and seconds_up, as `status --json` prints them.
States = dict[str, dict[str, Any]]


class Runtime(Protocol):
    """A way to run the stack: as processes of this machine, or in containers."""

    def asked(self) -> list[str]:
        """The services that the settings ask for, in the order in which they start."""

    def share_settings(self, console: Console) -> None:
        """Let the tools on this machine have the secrets that the running stack has."""

    def up(
        self, names: list[str], console: Console, when_ready: Callable[[str], None]
    ) -> list[str]:
        """Start services and what they need, with a line for each that is ready.

        Args:
            names: of services; all that the settings ask for if none is named.
            when_ready: called with the name of each service once it is ready, from any thread.

        Returns the services that were started; none if all of them ran already.

        Raises:
            UsageError: there is no service of a name.
            ExpectedError: a port is taken or a service did not start; with the fix in the text.
        """

    def down(self, console: Console) -> list[str]:
        """Stop everything, saying what has stopped; data stays. Returns the services that ran."""

    def services(self) -> States:
        """What runs, by service."""

    def logs(self, names: list[str], lines: int, follow: bool) -> None:
        """Print the end of the services' logs, and go on until Ctrl-C if asked to.

        Raises:
            UsageError: there is no service of a name.
        """

    def data(self) -> str:
        """What `reset` deletes, in words."""

    def reset(self, console: Console) -> None:
        """Stop everything and delete its data."""

    def make_docs(self, console: Console) -> None:
        """Make dbt's site where Airflow shows it.

        Raises:
            ExpectedError: dbt failed; the text is dbt's.
        """


def ready_line(name: str, seconds: float, address: str) -> Text:
    """The line that says that a service is ready."""
    return line("ready", "green", f"  {name:24} {seconds:5.1f} s  {address}")
