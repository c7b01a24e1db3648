"""A Java stack trace as one line a person can act on."""

from __future__ import annotations

import re

# "Caused by: org.x.FooException: text", and the first line, which lacks the words before it.
_CAUSE = re.compile(r"^(?:Caused by: )?((?:[\w$]+\.)+[\w$]+)(?:: (.*))?$")
# They say only that something failed.
WRAPPER_EXCEPTIONS = ("ConnectException", "RuntimeException", "ExecutionException")
LIMIT = 300


def causes(trace: str) -> list[tuple[str, str]]:
    """Exception class, with its package, and message of each level, the innermost last."""
    found = (_CAUSE.match(line) for line in trace.splitlines() if not line.startswith(("\t", " ")))
    return [(match[1], (match[2] or "").strip()) for match in found if match]


def trace_summary(trace: str) -> str:
    """The innermost cause that says something, at most 300 characters."""
    levels = causes(trace)
    short = [(name.rpartition(".")[2], message) for name, message in levels]
    informative = [x for x in short if x[1] and x[0] not in WRAPPER_EXCEPTIONS] or short
    if not informative:
        return trace.strip().splitlines()[0][:LIMIT] if trace.strip() else "no trace given"
    name, message = informative[-1]
    return f"{name}: {message}"[:LIMIT] if message else name
