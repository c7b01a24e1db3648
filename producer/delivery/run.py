"""One run: messages made block by block, sent when they are due, until the end or a stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial

from producer.contracts.wire import wire_format
from producer.delivery.kafka import Delivery
from producer.delivery.pace import Pace
from producer.delivery.totals import Observer, Totals
from producer.drawing.timeline import Timeline
from producer.events.faults import Faults
from producer.events.messages import Block, Messages
from producer.events.stream import BLOCK, Stream, blocks, find_stream
from producer.users import read_registrations

#: Messages sent between two looks at the clock and at Kafka's delivery reports.
CHUNK = 512
#: The least and the most seconds between two such looks when messages are paced.
TICK, MOST = 0.005, 0.2


@dataclass(frozen=True)
class Run:
    """Everything that decides what is sent, and where; the same in each worker process.

    Attributes:
        stream: its name.
        key_version: see producer.events.stream.find_stream.
        users: pattern of the registration files whose users the events are about.
        rate: messages a second; None for as fast as possible.
        wait: seconds that Kafka may be unreachable.
        client: librdkafka's settings.
    """

    stream: str
    users: str
    key_version: int | None
    format: str
    registry_url: str
    topic: str
    count: int | None
    rate: float | None
    seed: int
    timeline: Timeline
    faults: Faults
    wait: float
    client: dict[str, str] = field(repr=False)

    @cached_property
    def source(self) -> Stream:
        """The stream that is sent."""
        users = partial(read_registrations, self.users)
        return find_stream(self.stream, users, self.key_version)


class Worker:
    """Sends the blocks that fall to one of ``workers`` processes.

    Args:
        observer: gets to know how it goes, and may end it.

    Raises:
        ProducerError: Kafka or the Schema Registry cannot be used.
    """

    def __init__(self, run: Run, observer: Observer, number: int = 0, workers: int = 1) -> None:
        self._run, self._observer, self._number, self._workers = run, observer, number, workers
        wire = wire_format(run.format, run.source.contract, run.topic, run.registry_url)
        self._messages = Messages(run.source, wire, run.timeline, run.seed, run.faults)
        self._delivery = Delivery(run.client, run.topic, run.wait, observer)
        self._delivery.connect()

    def send_all(self, start: float | None = None) -> Totals:
        """Send everything, wait for the delivery reports, and return what became of it.

        Args:
            start: when message 0 is due (monotonic); None for when it is made.
        """
        pace, totals = Pace(self._run.rate, start), self._delivery.totals
        totals.refused = self._messages.refused
        for block, size in blocks(self._run.count, self._number, self._workers):
            self._send_block(self._messages.block(block, size), block * BLOCK, pace)
            if self._delivery.ended():
                break
        # Also when it was stopped: the other processes are, as soon as one has failed.
        if totals.failed:
            key, reason = totals.failures[0]
            self._observer.say(f"giving up, because {key} was not acknowledged: {reason}")
        self._delivery.flush()
        return totals

    def _send_block(self, block: Block, first: int, pace: Pace) -> None:
        totals, done = self._delivery.totals, 0
        while done < len(block.messages) and not self._delivery.ended():
            due = min(pace.due(first + done, len(block.messages) - done), CHUNK)
            sent = self._delivery.send(block.messages[done : done + due])
            totals.made.update(block.kinds[done : done + sent])
            done += sent
            # Waiting for the next message is waiting for delivery reports.
            wait = pace.delay(first + done)
            self._delivery.poll(min(max(wait, TICK), MOST) if wait else 0)
            self._observer.show(totals)
