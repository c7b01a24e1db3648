"""The users that streamed events belong to: rows of the user registration files."""

from __future__ import annotations

import csv
import glob
import gzip
import io
from pathlib import Path

from producer import kinds
from producer.errors import UsageError
from producer.rows import Column

POOL_SEED = 0
POOL_SIZE = 600


def registrations(pattern: str) -> dict[str, Column]:
    """Columns of all users in the files that match, each user once, ordered by user_id.

    Rows that are broken (wrong length, no user_id, no registration date) are left out: the files
    may be demonstrations of broken ones. Without any matching file, a pool that is always the
    same: the users of `files --month 2026-08 --users 600 --seed 0`.

    Raises:
        UsageError: a file has no user_id column, or no file has a usable row.
    """
    matching = glob.glob(pattern)  # noqa: PTH207 - Path.glob refuses absolute patterns
    paths = sorted(path for path in matching if not path.endswith(".tmp"))
    if not paths:
        return _pool()
    users: dict[str, dict[str, str]] = {}
    for path in paths:
        with _open(path) as lines:
            reader = csv.DictReader(lines)
            if "user_id" not in (reader.fieldnames or []):
                raise UsageError(f"{path}: its header has no user_id")
            for row in reader:
                if None not in row and None not in row.values() and row["user_id"]:
                    users[row["user_id"]] = row
    if not users:
        raise UsageError(f"{pattern}: no usable row in {len(paths)} files")
    kept = [users[key] for key in sorted(users)]
    return {name: kinds.objects([user[name] for user in kept]) for name in kept[0]}


def _open(path: str) -> io.StringIO:
    data = Path(path).read_bytes()
    content = gzip.decompress(data) if path.endswith(".gz") else data
    return io.StringIO(content.decode("utf-8", "replace"), newline="")


def _pool() -> dict[str, Column]:
    # The feed draws from entities, which may be users: import when it is needed.
    from producer import feed

    return feed.find("user_registrations", "").columns("2026-08", POOL_SIZE, POOL_SEED)
