"""How far a run is: a bar on a terminal, a structured line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from producer.delivery import Totals

EVERY = 5.0
STALLED = 5.0


class Progress:
    """Shows totals on stderr.

    Args:
        count: messages to come; None when there is no end.
    """

    def __init__(self, count: int | None) -> None:
        self._count = count
        self._began = self._shown = self._moved = time.monotonic()
        self._acknowledged = 0
        self._stalled = False
        self._bar = self._make_bar() if sys.stderr.isatty() else None

    def _make_bar(self) -> Bar:
        bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[numbers]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = bar.add_task("producing", total=self._count, numbers="")
        return bar

    def __enter__(self) -> Progress:
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
            self._log("message", text=f'"{text}"')

    def update(self, totals: Totals) -> None:
        """Show the totals, if it is time to; and say so when Kafka takes no more messages."""
        now = time.monotonic()
        if totals.acknowledged != self._acknowledged or not totals.waiting:
            if self._stalled:
                self.say("Kafka is back")
            self._acknowledged, self._moved, self._stalled = totals.acknowledged, now, False
        elif now - self._moved > STALLED and not self._stalled:
            self._stalled = True
            self.say(f"waiting for Kafka: {totals.waiting} messages are not acknowledged")
        if now - self._shown < (0.1 if self._bar else EVERY):
            return
        self._shown = now
        rate = totals.acknowledged / (now - self._began)
        if self._bar:
            numbers = f"{totals.acknowledged:,} acknowledged, {rate:,.0f}/s"
            self._bar.update(self._task, completed=totals.acknowledged, numbers=numbers)
        else:
            self._log(
                "progress",
                produced=totals.produced,
                acknowledged=totals.acknowledged,
                failed=totals.failed,
                per_second=round(rate),
            )

    def _log(self, event: str, **fields: object) -> None:
        stamp = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        pairs = " ".join(f"{name}={value}" for name, value in fields.items())
        print(f"time={stamp} event={event} {pairs}", file=sys.stderr, flush=True)
