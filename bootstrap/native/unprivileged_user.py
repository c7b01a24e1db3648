"""Postgres refuses to run as root; these ways lend it another user where the stack runs as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path

FALLBACK_USER = "nobody"


@cache
def _user_namespace_works() -> bool:
    if not shutil.which("unshare"):
        return False
    return not subprocess.run(["unshare", "--user", "true"], capture_output=True).returncode


def prefix() -> list[str]:
    """What to put before a command so that it does not see itself as root.

    A user namespace without a mapping is preferred: files stay owned by root, so the state folder
    may lie anywhere. Containers often forbid it; there `setpriv` changes to `nobody`.
    """
    if os.geteuid() != 0:
        return []
    if _user_namespace_works():
        return ["unshare", "--user"]
    user = pwd.getpwnam(FALLBACK_USER)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def hand_over(folder: Path) -> None:
    """Let the other user own a folder and what is in it."""
    if os.geteuid() != 0 or _user_namespace_works():
        return
    user = pwd.getpwnam(FALLBACK_USER)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user.pw_uid, user.pw_gid)


def let_through(folder: Path, root: Path) -> None:
    """Let the other user reach a folder below `root`, where he may list and read nothing else."""
    if os.geteuid() != 0 or _user_namespace_works():
        return
    for path in folder.parents:
        if path.is_relative_to(root):
            path.chmod(0o711)
