"""Says before anything starts which port is taken, by whom, and what to do."""

from __future__ import annotations

import socket

import psutil

import settings
from bootstrap.native.services.service import Service
from settings.errors import ExpectedError


class PortError(ExpectedError):
    """At least one port is taken."""


def check(services: list[Service]) -> None:
    """Make sure that every port of these services is free.

    Raises:
        PortError: with a line per port that is not.
    """
    wanted = [(name, settings.port(name)) for service in services for name in service.ports]
    taken = [_explain(name, port) for name, port in wanted if not _is_free(port)]
    by_port: dict[int, str] = {}
    for name, port in wanted:
        if port in by_port:
            taken.append(f"{name} and {by_port[port]} are both {port}: change one of them in .env.")
        by_port[port] = name
    if taken:
        raise PortError("\n".join(taken))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _explain(name: str, port: int) -> str:
    return (
        f"Port {port} is in use by {_owner(port)}. Stop it, or set {name} in .env to a free port."
    )


def _owner(port: int) -> str:
    for connection in psutil.net_connections("tcp"):
        if connection.status != psutil.CONN_LISTEN or not connection.laddr or not connection.pid:
            continue
        if connection.laddr.port == port:
            process = psutil.Process(connection.pid)
            command = " ".join(process.cmdline())[:80] or process.name()
            return f"process {connection.pid} ({command})"
    return "a process of another user"
