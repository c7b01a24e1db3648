"""The users that events belong to: rows of the user registration files."""

from __future__ import annotations

import csv
import glob
import gzip
import io
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from producer.drawing.kinds import objects
from producer.drawing.rows import Column
from producer.errors import UsageError
from producer.files.feed import find_feed

# The users where no file matches, so that these are always the same.
POOL_MONTH, POOL_SIZE, POOL_SEED = "2026-08", 600, 0


def registration_files(pattern: str) -> list[str]:
    """Registration files that match."""
    matching = glob.glob(pattern)  # noqa: PTH207 - Path.glob refuses absolute patterns
    return sorted(path for path in matching if not path.endswith(".tmp"))


def read_registrations(pattern: str) -> dict[str, Column]:
    """Columns of all users in the files that match, as first registered, ordered by user_id.

    Rows that are malformed (wrong length, no user_id, no registration date) are left out: the files
    may be there to demonstrate such rows. Without any matching file, a pool that is always the
    same: the users of `files --month 2026-08 --users 600 --seed 0`.

    Raises:
        UsageError: a file cannot be read, lacks a column, or no file has a usable row.
    """
    paths = registration_files(pattern)
    if not paths:
        return find_feed("user_registrations").columns(POOL_MONTH, POOL_SIZE, POOL_SEED)
    users: dict[str, dict[str, str]] = {}
    for path in paths:
        try:
            for user in _read_rows(path):
                users.setdefault(user["user_id"], user)
        except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
            raise UsageError(f"{path}: {error}") from error
    if not users:
        raise UsageError(f"{pattern}: no usable row in {len(paths)} files")
    kept = [users[key] for key in sorted(users)]
    return {name: objects([user[name] for user in kept]) for name in kept[0]}


def _read_rows(path: str) -> Iterator[dict[str, str]]:
    data = Path(path).read_bytes()
    content = gzip.decompress(data) if path.endswith(".gz") else data
    reader = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    header = next(reader, [])
    if missing := {"user_id", "registration_date"} - set(header):
        raise UsageError(f"{path}: its header has no {' and no '.join(sorted(missing))}")
    while True:
        try:
            user = dict(zip(header, next(reader), strict=True))
            date.fromisoformat(user["registration_date"])
        except StopIteration:
            return
        except (csv.Error, ValueError):
            continue
        if user["user_id"]:
            yield user
