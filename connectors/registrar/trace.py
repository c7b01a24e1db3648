"""A Java stack trace as one line a person can act on."""

from __future__ import annotations

import re

# "Caused by: org.x.FooException: text", and the first line, which lacks the words before it.
_CAUSE = re.compile(r"^(?:Caused by: )?((?:[\w$]+\.)+[\w$]+)(?:: (.*))?$")
# Wrappers that say only that something failed.
_HOLLOW = ("ConnectException", "RuntimeException", "ExecutionException")
LIMIT = 300


def causes(trace: str) -> list[tuple[str, str]]:
    """Exception class, with its package, and message of each level, the innermost last."""
    found = (_CAUSE.match(line) for line in trace.splitlines() if not line.startswith(("\t", " ")))
    return [(match[1], (match[2] or "").strip()) for match in found if match]


def summary(trace: str) -> str:
    """The innermost cause that says something, at most 300 characters."""
    levels = causes(trace)
    short = [(name.rpartition(".")[2], message) for name, message in levels]
    telling = [level for level in short if level[1] and level[0] not in _HOLLOW] or short
    if not telling:
        return trace.strip().splitlines()[0][:LIMIT] if trace.strip() else "no trace given"
    name, message = telling[-1]
    return f"{name}: {message}"[:LIMIT] if message else name
