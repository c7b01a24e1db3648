"""How far a run is, on stderr: a bar on a terminal, a structured line now and then elsewhere."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from producer.delivery.totals import Totals

#: Seconds between two structured lines, and between two pictures of the bar.
LINE_EVERY = 5.0
BAR_EVERY = 0.1
#: Seconds without an acknowledgement after which the waiting is worth a line.
SILENCE = 3.0


class Display:
    """Shows totals. For use in ``with``.

    Args:
        count: messages to come; None when there is no end.
    """

    def __init__(self, count: int | None) -> None:
        self._shown = self._moved = time.monotonic()
        self._began: float | None = None
        self._acknowledged, self._silent = 0, False
        self._bar: Progress | None = None
        if sys.stderr.isatty():
            words = TextColumn("{task.fields[numbers]}")
            console = Console(stderr=True)
            self._bar = Progress(
                BarColumn(), words, TimeElapsedColumn(), console=console, transient=True
            )
            self._task = self._bar.add_task("", total=count, numbers="")

    def __enter__(self) -> Display:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def say(self, text: str) -> None:
        """A line for the person who waits."""
        if self._bar:
            self._bar.console.print(text, highlight=False, markup=False)
        else:
            _log("message", text=text)

    def show(self, totals: Totals) -> None:
        """The totals, if it is time to; a line when Kafka falls silent and when it is back."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        self._watch(totals, now)
        if now - self._shown < (BAR_EVERY if self._bar else LINE_EVERY):
            return
        self._shown = now
        rate = round(totals.acknowledged / max(now - self._began, 0.1))
        if self._bar:
            numbers = f"{totals.acknowledged:,} acknowledged  {rate:,}/s"
            self._bar.update(self._task, completed=totals.acknowledged, numbers=numbers)
        else:
            _log(
                "progress",
                produced=totals.produced,
                acknowledged=totals.acknowledged,
                failed=totals.failed,
                per_second=rate,
            )

    def _watch(self, totals: Totals, now: float) -> None:
        if totals.acknowledged != self._acknowledged or not totals.waiting:
            if self._silent:
                self.say("Kafka answers again")
            self._acknowledged, self._moved, self._silent = totals.acknowledged, now, False
        elif now - self._moved > SILENCE and not self._silent:
            self._silent = True
            self.say(f"waiting for Kafka to acknowledge {totals.waiting:,} messages")


def _log(event: str, **fields: object) -> None:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    pairs = " ".join(f"{name}={_value(value)}" for name, value in fields.items())
    print(f"time={stamp} event={event} {pairs}", file=sys.stderr, flush=True)


def _value(value: object) -> str:
    """As logfmt has it: a text in quotes, with what would end it escaped."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
