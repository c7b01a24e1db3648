"""Whether two globs of file names (fnmatch: * ? [...]) can match the same name."""

from __future__ import annotations

import fnmatch
import re

_TOKEN = re.compile(r"\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
#: Tried where a pattern takes several characters.
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-. "


def example(one: str, other: str) -> str | None:
    """A name that both match; None if there is none (of ordinary characters)."""
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
