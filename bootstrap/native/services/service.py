"""What the stack needs to know of a service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Launch:
    """How to run a service in the foreground."""

    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)


class Service(ABC):
    """One supervised process of the stack."""

    name: str
    #: Services that must be ready before this one is started.
    depends_on: tuple[str, ...] = ()
    #: Services that must run too, and may start at the same time.
    runs_with: tuple[str, ...] = ()
    #: Settings that hold the ports it listens on; the first one is its address.
    ports: tuple[str, ...] = ()
    #: Groups of jars.lock that it runs on.
    jars: tuple[str, ...] = ()
    #: Secrets that stay in its environment; others reach it in what `launch` returns, if at all.
    secrets: tuple[str, ...] = ()
    stop_signal = "TERM"
    #: Seconds it may take to become ready, or longer while it is busy with that.
    patience = 300.0

    @property
    @abstractmethod
    def address(self) -> str:
        """What a person types to reach it, or what it does if nothing listens."""

    def prepare(self) -> None:  # noqa: B027 - most have nothing to do
        """Create the files it starts from, before anything runs. Safe to repeat."""

    def migrate(self) -> None:  # noqa: B027 - most have nothing to do
        """Create what it keeps in the services it needs, once they run. Safe to repeat."""

    @abstractmethod
    def launch(self) -> Launch:
        """The process to run; asked for at every start and restart."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers the way its users need. Never raises for "not yet"."""

    def finish(self) -> None:  # noqa: B027 - most have nothing to do
        """Create what can only be created in the running service. Safe to repeat."""
