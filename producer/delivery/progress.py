"""How far a run is: on stderr, and by the age of a file for health checks."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from producer.delivery.totals import Totals
from producer.errors import ProducerError

#: Seconds between two lines, two pictures of the bar, and two touches of the heartbeat.
LINE_EVERY = 5.0
BAR_EVERY = 0.1
HEARTBEAT_EVERY = 1.0
#: Seconds without an acknowledgement after which the waiting is worth a line.
SILENCE = 3.0


class Display:
    """A bar on a terminal, elsewhere a line now and then. For use in ``with``.

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

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def say(self, text: str) -> None:
        """A line for the person who waits."""
        if self._bar:
            self._bar.console.print(text, highlight=False, markup=False)
        else:
            stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            print(stamp, " ".join(text.splitlines()), file=sys.stderr, flush=True)

    def show(self, totals: Totals) -> None:
        """The totals, if it is time to; a line when Kafka falls silent and when it is back."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        self._note_silence(totals, now)
        if now - self._shown < (BAR_EVERY if self._bar else LINE_EVERY):
            return
        self._shown = now
        rate = round(totals.acknowledged / max(now - self._began, 0.1))
        if self._bar:
            numbers = f"{totals.acknowledged:,} acknowledged  {rate:,}/s"
            self._bar.update(self._task, completed=totals.acknowledged, numbers=numbers)
        else:
            self.say(f"{totals.line()}, {rate} a second")

    def _note_silence(self, totals: Totals, now: float) -> None:
        if totals.acknowledged != self._acknowledged or not totals.waiting:
            if self._silent:
                self.say("Kafka answers again")
            self._acknowledged, self._moved, self._silent = totals.acknowledged, now, False
        elif now - self._moved > SILENCE and not self._silent:
            self._silent = True
            self.say(f"waiting for Kafka to acknowledge {totals.waiting:,} messages")


class Heartbeat:
    """Touches its file while messages are acknowledged, and while none is due.

    Not while Kafka keeps the run waiting, and not once the run hangs.

    Args:
        file: made by the first good moment; one that is there already is deleted.

    Raises:
        ProducerError: the file cannot be written.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._acknowledged, self._touched = file, 0, 0.0
        try:
            file.touch()
            file.unlink()
        except OSError as error:
            raise ProducerError(f"--heartbeat {file}: {error.strerror}") from None

    def show(self, totals: Totals) -> None:
        """Look at the totals, which come several times a second."""
        moves = totals.acknowledged != self._acknowledged or not totals.waiting
        due = time.monotonic() - self._touched >= HEARTBEAT_EVERY
        if moves and due and not totals.failed:
            self._acknowledged, self._touched = totals.acknowledged, time.monotonic()
            # Its age says so, if it cannot be written any more.
            with suppress(OSError):
                self._file.touch()
