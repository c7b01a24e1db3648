"""A run in several processes: each draws, encodes and sends the blocks that fall to it.

Keys never repeat across blocks, so messages of one key keep their order.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized

from producer.delivery.run import Run, Worker
from producer.delivery.stop import SIGNALS, Stop
from producer.delivery.totals import Observer, Totals
from producer.errors import ProducerError

REPORT_EVERY = 0.2


@dataclass
class _Child:
    process: BaseProcess
    pipe: Connection
    totals: Totals
    ready: bool = False
    done: bool = False


def run_in_processes(processes: int, run: Run, observer: Observer) -> Totals:
    """Like Worker(run, observer).send_all(), in several processes.

    Once one of them has given up a message or has died, the others end well.

    Raises:
        ProducerError: a worker could not start.
    """
    # Not forked: librdkafka's threads would not survive it.
    context = multiprocessing.get_context("spawn")
    asked, children, said = context.Value("i", 0), list[_Child](), set[str]()
    try:
        with _signals_waiting():
            for number in range(processes):
                ours, theirs = context.Pipe()
                words = (theirs, run, number, processes, asked)
                process = context.Process(target=_child, args=words)
                process.start()
                theirs.close()
                children.append(_Child(process, ours, Totals()))
        while not all(child.done for child in children):
            if observer.stopped() and not _started(children):
                return Totals()
            failed = any(child.totals.failed or child.totals.failures for child in children)
            asked.value = max(observer.stopped(), int(failed))
            open_pipes = [child.pipe for child in children if not child.done]
            for pipe in wait(open_pipes, REPORT_EVERY):
                child = next(child for child in children if child.pipe is pipe)
                _receive(child, children, observer, said)
            observer.show(_sum(children))
        return _sum(children)
    finally:
        asked.value = max(asked.value, 1)
        for child in children:
            child.pipe.close()
            if not _started(children):
                child.process.kill()  # it has sent nothing and would first have to wake up
            child.process.join()


@contextmanager
def _signals_waiting() -> Iterator[None]:
    """Processes started here get a signal only once they can end well."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _started(children: list[_Child]) -> bool:
    """Whether the workers were asked to send, which happens once all are ready."""
    return all(child.ready for child in children)


def _sum(children: list[_Child]) -> Totals:
    return sum((child.totals for child in children), Totals())


def _receive(child: _Child, children: list[_Child], observer: Observer, said: set[str]) -> None:
    try:
        what, content = child.pipe.recv()
    except (EOFError, ConnectionError):
        # The message was there only in part, or not at all.
        what, content = "error", ProducerError("died; what it sent last is not known")
    match what:
        case "say":
            # All of them wait for the same Kafka: once is enough.
            if content not in said:
                said.add(content)
                observer.say(content)
        case "totals":
            child.totals = content
        case "done":
            child.totals, child.done = content, True
        case "error" if not _started(children):
            raise content
        case "error":
            who = f"worker process {child.process.pid}"
            observer.say(f"{who}: {content}")
            child.totals.give_up(who, str(content))
            child.done = True
        case "ready":
            child.ready = True
            if _started(children):
                _start(children)
        case _:
            raise ValueError(f"a worker process sent {what!r}")


def _start(children: list[_Child]) -> None:
    now = time.monotonic()
    for child in children:
        # One that was stopped meanwhile has ended already.
        with suppress(ConnectionError):
            child.pipe.send(now)


def _child(pipe: Connection, run: Run, number: int, workers: int, asked: Synchronized[int]) -> None:
    """One worker process; it ends in silence when nobody listens any more."""
    with Stop() as signalled, suppress(ConnectionError, EOFError):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        _work_and_report(pipe, run, number, workers, lambda: max(signalled(), asked.value))


def _work_and_report(
    pipe: Connection, run: Run, number: int, workers: int, stopped: Callable[[], int]
) -> None:
    shown = time.monotonic()

    def show(totals: Totals) -> None:
        nonlocal shown
        if time.monotonic() - shown >= REPORT_EVERY:
            shown = time.monotonic()
            pipe.send(("totals", Totals(totals.produced, totals.acknowledged, totals.failed)))

    def say(text: str) -> None:
        pipe.send(("say", text))

    try:
        worker = Worker(run, Observer(say, show, stopped), number, workers)
        pipe.send(("ready", None))
        while not pipe.poll(REPORT_EVERY):
            if stopped():
                pipe.send(("done", Totals()))
                return
        pipe.send(("done", worker.send_all(start=pipe.recv())))
    except ProducerError as error:
        pipe.send(("error", error))
