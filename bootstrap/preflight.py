"""What must hold before anything is started, each with a line that says what to do."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Sequence

import psutil

import settings
from bootstrap import state
from settings.errors import ExpectedError

#: A fresh stack takes about half of it.
BYTES_NEEDED = 1_500_000_000


class PreflightError(ExpectedError):
    """This machine is not ready for the stack."""


def check_folders() -> None:
    """Create the state and cache folders and make sure that they can be filled.

    Raises:
        PreflightError: a folder cannot be written, or the disk has too little room; or the state
            folder has files of somebody else, which `reset` would delete.
    """
    check_state_is_own()
    for setting, folder in (("PIPELINE_STATE", state.root()), ("PIPELINE_CACHE", state.cache())):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise PreflightError(
                f"{folder} cannot be created: {error.strerror}. {_move(setting)}"
            ) from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PreflightError(f"{folder} is not writable for this user. {_move(setting)}")
        free = shutil.disk_usage(folder).free
        if free < BYTES_NEEDED:
            raise PreflightError(
                f"{folder} is on a disk with {free / 1e9:.1f} GB free; "
                f"{BYTES_NEEDED / 1e9:.1f} GB are needed. {_move(setting)}"
            )
    # Passwords are in what the services write there; an older version made it for all to read.
    state.root().chmod(0o700)
    state.mark()
    for folder in (state.logs(), state.run()):
        folder.mkdir(exist_ok=True)


def check_state_is_own() -> None:
    """Make sure that the state folder is nobody else's.

    Raises:
        PreflightError: it has files that the stack did not write.
    """
    if not state.is_own():
        raise PreflightError(
            f"PIPELINE_STATE={state.root()} has files that are not the stack's, and `reset` would "
            "delete them: name a folder of its own."
        )


def check_ports(names: Sequence[str]) -> None:
    """Make sure that ports are free, and different from each other.

    Args:
        names: of the settings that hold them.

    Raises:
        PreflightError: with a line for each port that is not.
    """
    ports = {name: settings.port(name) for name in names}
    faults = [_explain(name, port) for name, port in ports.items() if not _is_free(port)]
    first = {port: name for name, port in reversed(ports.items())}
    faults += [
        f"{name} and {first[port]} are both {port}: change one of them in .env."
        for name, port in ports.items()
        if first[port] != name
    ]
    if faults:
        raise PreflightError("\n".join(faults))


def _move(setting: str) -> str:
    return f"Free some space, give this user the right to write, or set {setting} in .env."


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
