"""Whether two globs can match the same file."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence

from .globs import FOLDERS

_TOKEN = re.compile(r"\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
#: Tried where a pattern takes several characters.
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-. "


def example(one: str, other: str) -> str | None:
    """A path that both match; None if there is none (of ordinary characters)."""
    found = _path(one.split("/"), other.split("/"))
    return None if found is None else "/".join(found)


def _path(one: Sequence[str], other: Sequence[str]) -> list[str] | None:
    if not one or not other:
        return None if one or other else []
    for some, others in ((one, other), (other, one)):
        if some[0] == FOLDERS:
            found = _path(some[1:], others)
            if found is None and others[0] != FOLDERS:
                found = _below(others[0], "*", some, others[1:])
            if found is not None:
                return found
    if FOLDERS in (one[0], other[0]):
        return None
    return _below(one[0], other[0], one[1:], other[1:])


def _below(
    one: str, other: str, rest_of_one: Sequence[str], rest_of_other: Sequence[str]
) -> list[str] | None:
    """A folder or file that both parts match, and below it what their rests match."""
    name, rest = _name(one, other), _path(rest_of_one, rest_of_other)
    # Where both are stars, any name will do.
    return None if name is None or rest is None else [name or "a", *rest]


def _name(one: str, other: str) -> str | None:
    left, right = _TOKEN.findall(one), _TOKEN.findall(other)
    seen: set[tuple[int, int]] = set()
    waiting = [(0, 0, "")]
    while waiting:
        a, b, name = waiting.pop(0)
        if (a, b) in seen:
            continue
        seen.add((a, b))
        if a == len(left) and b == len(right):
            return name
        # A star may be empty.
        if left[a : a + 1] == ["*"]:
            waiting.append((a + 1, b, name))
        if right[b : b + 1] == ["*"]:
            waiting.append((a, b + 1, name))
        if a < len(left) and b < len(right) and (letter := _common(left[a], right[b])):
            after_a, after_b = a + (left[a] != "*"), b + (right[b] != "*")
            waiting.append((after_a, after_b, name + letter))
    return None


def _common(one: str, other: str) -> str | None:
    """A character that both tokens take."""
    candidates = [token for token in (one, other) if len(token) == 1 and token not in "*?"]
    for letter in candidates or _LETTERS:
        if fnmatch.fnmatchcase(letter, one) and fnmatch.fnmatchcase(letter, other):
            return letter
    return None
