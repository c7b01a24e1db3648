"""Files in the incoming folder that no feed takes: a month must not be missing without a word."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterator, Sequence
from pathlib import Path

from .feeds import Feed, FileFeed
from .files import Found

#: What other programs leave while they work; in lower case.
PASSING = (".*", "~$*", "*.part", "*.tmp", "*.crdownload", "*.filepart", "thumbs.db")


def untaken(folder: Path, feeds: Sequence[Feed]) -> list[str]:
    """A sentence for each entry of the folder that no feed takes, with what may be wrong.

    Files of a feed that are refused are not among them: the ledger has these.
    """
    patterns = [feed.pattern for feed in feeds if isinstance(feed, FileFeed)]
    return list(_sentences(folder, patterns)) if folder.is_dir() and patterns else []


def _sentences(folder: Path, patterns: Sequence[str]) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if any(fnmatch.fnmatchcase(path.name.lower(), passing) for passing in PASSING):
            continue
        try:
            found = Found.at(path)
        except FileNotFoundError:
            continue
        if found.oddity:
            yield f"{found.name}: no feed takes {found.oddity}; put the files themselves there"
        elif not any(_matches(path.name, pattern) for pattern in patterns):
            yield f"{found.name}: no feed takes it; {_nearest(path.name, patterns)}"


def _matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name.removesuffix(".gz"), pattern)


def _nearest(name: str, patterns: Sequence[str]) -> str:
    for pattern in patterns:
        if _matches(name.lower(), pattern.lower()):
            return f"{pattern} has other capitals"
        if _matches(Path(name).stem + Path(pattern).suffix, pattern):
            return f"{pattern} wants {Path(pattern).suffix}: save it so"
    [nearest] = difflib.get_close_matches(name, patterns, n=1, cutoff=0.0)
    return f"the nearest is {nearest}"
