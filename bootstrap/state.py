"""Where the local services keep their data, logs and configuration."""

from __future__ import annotations

from pathlib import Path

import settings

_MARK = ".transaction-pipeline"
#: What commands write that need no service.
_KNOWN = {"acknowledged", "connectors", "data", "logs", "run"}


def root() -> Path:
    """The state folder; `reset` deletes it."""
    return settings.folder("PIPELINE_STATE")


def is_own() -> bool:
    """Whether the state folder is the stack's: new, marked, or empty but for what is known."""
    if not root().exists() or (root() / _MARK).exists():
        return True
    return {path.name for path in root().iterdir()} <= _KNOWN


def mark() -> None:
    """Say in the state folder whose it is, so that `reset` deletes no other."""
    (root() / _MARK).touch()


def data(service: str) -> Path:
    """A service's data: what must survive a restart."""
    return root() / "data" / service


def logs() -> Path:
    """One file per service, named after it."""
    return root() / "logs"


def run() -> Path:
    """Generated configuration, pid files and sockets: rewritten at every start."""
    return root() / "run"


def cache() -> Path:
    """Downloads, shared by all clones."""
    return settings.folder("PIPELINE_CACHE")
