"""What happened, one JSON line each, for people and for log collectors."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO

Emit = Callable[..., None]


def emitter(stream: TextIO) -> Emit:
    """A function emit(connector, event, **details) that writes to the stream at once."""

    def emit(connector: str, event: str, **details: Any) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "connector": connector, "event": event, **details}
        print(json.dumps(line, default=str), file=stream, flush=True)

    return emit
