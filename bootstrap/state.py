"""Where the local services keep their data, logs and configuration."""

from __future__ import annotations

from pathlib import Path

import settings


def root() -> Path:
    """The state folder; `reset` deletes it."""
    return settings.folder("PIPELINE_STATE")


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
