"""The watcher's log: one plain sentence per event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

#: Takes a connector's name (empty: the watcher itself), an event's name and its details.
Emit = Callable[..., None]

#: What is said of each event; {...} are its details.
SENTENCES = {
    "started": "watching {connectors}",
    "ended": "ended",
    "cut off": "cut off: {reason}",
    "watching": "is watched from now on",
    "not watching": "is not watched any more: {reason}",
    "cannot be checked": "cannot be checked: {reason}",
    "checked again": "can be checked again",
    "failed": "failed ({cause}): {reason}",
    "stalled": "reads nothing for {seconds} s with {consumers} consumers, attempt {attempt}",
    "restarted": "restarted, attempt {attempt}",
    "waiting for the database": "waiting for the database: {reason}",
    "isolated": "{refused} records that the database refuses are in the dead-letter topic, with "
    "{unconvertible} that cannot be converted; {written} were written: {records}",
    "nothing refused": "no record is refused: {written} were written, attempt {attempt}",
    "cannot isolate": "refused records cannot be isolated: {reason}",
    "isolation interrupted": "the isolation of refused records was interrupted: {reason}",
    "continued": "going on: {reason}",
    "resumed": "resumed: {reason}",
    "recovered": "recovered after {seconds} s, lag {lag}",
    "given up": "given up: {reason}",
    "stopped": "stopped: {reason}",
    "missing": "missing: {reason}",
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
    text = SENTENCES[event].format_map({name: _words(value) for name, value in details.items()})
    return " ".join(text.split())


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {text}" for name, text in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(map(_words, value))
    return str(value)
