"""The watcher's log: one plain sentence per event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

#: Takes a connector's name (empty: the watcher itself), an event's name and its details.
Emit = Callable[..., None]

#: What is said of an event, with its details in {...}; of others their name and their reason.
SENTENCES = {
    "started": "watching {connectors}",
    "ended": "ended",
    "watching": "is watched from now on",
    "checked again": "can be checked again",
    "failed": "failed ({cause}): {reason}",
    "stalled": "reads nothing for {seconds} s with {consumers} consumers, attempt {attempt}",
    "restarted": "restarted, attempt {attempt}",
    "isolated": "{refused} records that the database refuses are in the dead-letter topic, with "
    "{unconvertible} that cannot be converted; {written} were written: {records}",
    "nothing refused": "no record is refused: {written} were written, attempt {attempt}",
    "recovered": "recovered after {seconds} s, lag {lag}",
}


def emitter(stream: TextIO) -> Emit:
    """A function emit(connector, event, **details) that writes a line to the stream at once."""

    def emit(connector: str, event: str, **details: Any) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        who = f"connector {connector}" if connector else "register.py watch"
        print(f"{time} {who}: {sentence(event, details)}", file=stream, flush=True)

    return emit


def sentence(event: str, details: Mapping[str, Any]) -> str:
    """An event in words, on one line."""
    words = {name: _words(value) for name, value in details.items()}
    text = SENTENCES.get(event, f"{event}: {{reason}}").format_map(words)
    return " ".join(text.split())


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {text}" for name, text in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(map(_words, value))
    return str(value)
