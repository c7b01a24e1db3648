"""Access to a Maven repository: the central one, or the mirror that MAVEN_REPOSITORY_URL names."""

from __future__ import annotations

import os
from pathlib import Path

from jgo.maven import MavenContext


def connect(cache: Path) -> MavenContext:
    """A client that downloads into `cache`."""
    mirror = os.environ.get("MAVEN_REPOSITORY_URL", "").rstrip("/")
    repos = {"mirror": mirror} if mirror else None
    return MavenContext(repo_cache=cache, remote_repos=repos, timeout=60)
