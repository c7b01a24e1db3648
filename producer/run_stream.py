"""`python -m producer stream`: draws events, encodes them, delivers them, and counts."""

from __future__ import annotations

import secrets
import signal
from dataclasses import dataclass
from datetime import datetime
from types import FrameType

from producer import stream, times, wire_json
from producer.delivery import Delivery, Totals
from producer.pace import Pace
from producer.progress import Progress

AFTER_STOP = 10.0
ENDLESS_RATE = 50.0


@dataclass(frozen=True)
class Options:
    """What the command line says; see its --help."""

    stream: str
    servers: str
    users: str
    count: int | None
    rate: float | None
    seed: int | None
    start: datetime | None
    end: datetime | None
    wait: float
    settings: dict[str, object]
    topic: str | None = None


class Stop:
    """True once Ctrl-C or SIGTERM came. A second one ends the program the hard way."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        signal.signal(number, signal.SIG_DFL)

    def __call__(self) -> bool:
        return self._asked


def run(options: Options) -> Totals:
    """Produce until the count is reached, or somebody stops it, or Kafka stays away.

    Raises:
        ProducerError: Kafka is not there; UsageError: options that do not fit.
    """
    source = stream.find(options.stream, options.users)
    seed = secrets.randbits(32) if options.seed is None else options.seed
    rate = options.rate
    if rate is None and options.count is None:
        rate = ENDLESS_RATE
    rate = rate or None
    line = times.timeline(
        start=options.start,
        end=options.end,
        seeded=options.seed is not None,
        count=options.count,
        rate=rate,
        rhythm=source.recipe.rhythm,
    )
    stop = Stop()
    with Progress(options.count) as progress:
        delivery = Delivery(
            options.servers,
            options.topic or source.contract.topic,
            wait=options.wait,
            say=progress.say,
            settings=options.settings,
            stopped=stop,
        )
        progress.say(f"seed {seed}, topic {delivery.topic} at {options.servers}")
        delivery.connect()
        encode = wire_json.encoder(source.contract)
        key = source.contract.field_names.index(source.contract.key)
        pace, totals = Pace(rate), delivery.totals
        for block, size in stream.blocks(options.count):
            rows = source.rows(block, size, seed, line)
            done = 0
            while done < size and not stop() and not totals.failed:
                due = min(pace.due(totals.produced, size - done), 500)
                for row in rows[done : done + due]:
                    delivery.send(row[key].encode(), encode(row))
                done += due
                delivery.poll(0 if due else min(pace.delay(totals.produced), 0.5))
                progress.update(totals)
            if stop() or totals.failed:
                break
        return delivery.flush(AFTER_STOP if stop() else None)
