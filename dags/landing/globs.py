"""Globs of files below a folder: * ? [...] within a name, and ** for any number of folders.

As those of pathlib in Python 3.13 (`PurePath.full_match`, `Path.glob`).
"""

from __future__ import annotations

import fnmatch
import itertools

#: A part of a glob that stands for folders, also for none.
FOLDERS = "**"


def matches(path: str, glob: str) -> bool:
    """Whether a glob takes a file; both with / between the parts."""
    return _matches(path.split("/"), glob.split("/"))


def leads_to(folder: str, glob: str) -> bool:
    """Whether files somewhere below a folder may match."""
    return _leads_to(folder.split("/"), glob.split("/"))


def leads_everywhere(folder: str, glob: str) -> bool:
    """Whether files in every folder below a folder may match; it is empty for the topmost one."""
    return _leads_everywhere(folder.split("/") if folder else [], glob.split("/"))


def first_folder(glob: str) -> str:
    """The folder that all matches are below, with / at its end; empty if they may be anywhere."""
    parts = glob.split("/")[:-1]
    literal = list(itertools.takewhile(lambda part: not set(part) & set("*?["), parts))
    return "".join(f"{part}/" for part in literal)


def _matches(names: list[str], parts: list[str]) -> bool:
    if not parts:
        return not names
    if parts[0] == FOLDERS:
        return _matches(names, parts[1:]) or (len(names) > 1 and _matches(names[1:], parts))
    return bool(names) and _is_one(names[0], parts[0]) and _matches(names[1:], parts[1:])


def _leads_to(names: list[str], parts: list[str]) -> bool:
    if not names or parts[0] == FOLDERS:
        return True
    is_folder = len(parts) > 1
    return is_folder and _is_one(names[0], parts[0]) and _leads_to(names[1:], parts[1:])


def _leads_everywhere(names: list[str], parts: list[str]) -> bool:
    if parts[0] == FOLDERS:
        return True
    if not names or len(parts) == 1:
        return False
    return _is_one(names[0], parts[0]) and _leads_everywhere(names[1:], parts[1:])


def _is_one(name: str, part: str) -> bool:
    return fnmatch.fnmatchcase(name, part)
