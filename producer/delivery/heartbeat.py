"""A file that is as old as the last good moment of a run, for health checks."""

from __future__ import annotations

import time
from pathlib import Path

from producer.delivery.totals import Totals
from producer.errors import ProducerError

#: Seconds between two touches.
EVERY = 1.0


class Heartbeat:
    """Touches its file while messages are acknowledged, and while none is due.

    Not while Kafka keeps the run waiting, and not once the run hangs.

    Args:
        file: made by the first good moment; one that is there already is no sign, and goes.

    Raises:
        ProducerError: the file cannot be written.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._acknowledged, self._touched = file, 0, 0.0
        try:
            file.touch()
            file.unlink()
        except OSError as error:
            raise ProducerError(f"{file}: cannot be written: {error.strerror}") from None

    def show(self, totals: Totals) -> None:
        """Look at the totals; they come several times a second."""
        moves = totals.acknowledged != self._acknowledged or not totals.waiting
        if moves and not totals.failed and time.monotonic() - self._touched >= EVERY:
            self._acknowledged, self._touched = totals.acknowledged, time.monotonic()
            self._file.touch()
