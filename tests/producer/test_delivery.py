"""Every message is acknowledged or reported, at the pace asked for."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.delivery import kafka as kafka_client
from producer.delivery import progress
from producer.delivery.kafka import Delivery
from producer.delivery.pace import Pace
from producer.delivery.run import Run, Worker
from producer.delivery.totals import Observer, Totals
from producer.delivery.workers import run_in_processes
from producer.drawing.timeline import Steady
from producer.errors import ProducerError
from producer.events.faults import Faults
from tests.producer.mock_kafka import MockKafka

TOPIC = "transactions"


class Witness:
    """An observer that remembers, and asks for a stop when ``until`` says so."""

    def __init__(self, until: Callable[[Totals], bool] = lambda totals: False) -> None:
        self.said: list[str] = []
        self.totals, self.until = Totals(), until
        self.observer = Observer(self.said.append, self.show, lambda: self.until(self.totals))

    def show(self, totals: Totals) -> None:
        self.totals = totals


def plan(
    client: dict[str, str], count: int | None, rate: float | None = None, wait: float = 5
) -> Run:
    return Run(
        stream="transaction",
        users="no such files",
        key_version=None,
        format="json",
        registry_url="",
        topic=TOPIC,
        count=count,
        rate=rate,
        seed=1,
        timeline=Steady(1_793_491_200_000_000, 50.0),
        faults=Faults(duplicates=0.05, changed=0.5),
        wait=wait,
        client=client,
    )


def test_produced_is_acknowledged_is_in_the_topic(kafka: MockKafka) -> None:
    totals = Worker(plan(kafka.client, 10_000), Witness().observer).send_all()
    assert totals.complete
    assert totals.line() == "produced 10000, acknowledged 10000, failed 0"
    assert sum(totals.made.values()) == 10_000
    kafka.messages(TOPIC, 10_000)


def test_two_processes_send_what_one_sends_and_keep_each_keys_order(kafka: MockKafka) -> None:
    Worker(plan(kafka.client, 20_000), Witness().observer).send_all()
    alone = kafka.messages(TOPIC, 20_000)
    second = MockKafka()
    totals = run_in_processes(2, plan(second.client, 20_000), Witness().observer)
    shared = second.messages(TOPIC, 20_000)
    second.stop()
    assert totals.complete
    assert totals.produced == 20_000
    for one, two in zip(alone, shared, strict=True):
        assert sorted(map(str, one)) == sorted(map(str, two))
        assert dict(one) == dict(two)  # the last value of each key


def test_a_stop_flushes_and_counts_what_went_out(kafka: MockKafka) -> None:
    witness = Witness(until=lambda totals: totals.produced >= 700)
    totals = Worker(plan(kafka.client, None, rate=2000), witness.observer).send_all()
    assert totals.complete
    assert 700 <= totals.produced < 5000
    kafka.messages(TOPIC, totals.produced)


def test_kafka_gone_midway_ends_the_run_and_names_each_lost_key(kafka: MockKafka) -> None:
    witness = Witness()

    def gone(totals: Totals) -> None:
        witness.totals = totals
        if totals.acknowledged >= 300:
            kafka.stop()

    observer = Observer(witness.said.append, gone, lambda: False)
    totals = Worker(plan(kafka.client, None, rate=1000, wait=1), observer).send_all()
    assert not totals.complete
    assert totals.failed == len(totals.failures) == totals.produced - totals.acknowledged > 0
    assert len({key for key, _ in totals.failures} & {""}) == 0
    assert all("timed out" in reason for _, reason in totals.failures)


def test_a_full_queue_shows_its_waiting_and_a_stop_ends_it(
    kafka: MockKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_client, "AFTER_STOP", 0.2)
    shown: list[int] = []

    def gone(totals: Totals) -> None:
        if totals.acknowledged:
            kafka.stop()
        shown.append(totals.waiting)

    run = plan({**kafka.client, "queue.buffering.max.messages": "1000"}, None, wait=60)
    # The queue takes 1000: more looks than these come only from waiting for room.
    observer = Observer(lambda text: None, gone, lambda: len(shown) > 30)
    began = time.monotonic()
    totals = Worker(run, observer).send_all()
    assert time.monotonic() - began < 20
    assert totals.produced == totals.acknowledged + totals.failed
    assert totals.failed == len(totals.failures) > 0
    assert sum(totals.made.values()) == totals.produced


@pytest.mark.parametrize(("asked", "least"), [(1, 0.6), (2, 0.0)])
def test_a_stop_within_the_last_flush_is_heard_and_a_second_one_at_once(
    kafka: MockKafka, monkeypatch: pytest.MonkeyPatch, asked: int, least: float
) -> None:
    monkeypatch.setattr(kafka_client, "AFTER_STOP", 0.6)
    flushing: list[float] = []

    def gone(totals: Totals) -> None:
        kafka.stop()
        if totals.produced == 100:
            flushing.append(time.monotonic())

    observer = Observer(lambda text: None, gone, lambda: asked if len(flushing) > 2 else 0)
    totals = Worker(plan(kafka.client, 100, wait=60), observer).send_all()
    assert least <= time.monotonic() - flushing[0] < 5
    assert totals.produced == 100 == totals.acknowledged + totals.failed


def test_one_process_that_gives_up_ends_all_and_says_so(kafka: MockKafka) -> None:
    witness = Witness()

    def gone(totals: Totals) -> None:
        if totals.acknowledged >= 500:
            kafka.stop()

    observer = Observer(witness.said.append, gone, lambda: 0)
    totals = run_in_processes(2, plan(kafka.client, None, rate=2000, wait=1), observer)
    assert totals.produced == totals.acknowledged + totals.failed
    assert totals.failed
    assert any("giving up, because" in text for text in witness.said)


def test_a_process_that_dies_ends_all_and_the_rest_is_counted(kafka: MockKafka) -> None:
    killed: list[int] = []

    def kill(totals: Totals) -> None:
        if totals.acknowledged >= 500 and not killed:
            killed.extend(child.pid or 0 for child in multiprocessing.active_children()[:1])
            os.kill(killed[0], signal.SIGKILL)

    observer = Observer(lambda text: None, kill, lambda: 0)
    totals = run_in_processes(2, plan(kafka.client, None, rate=2000), observer)
    assert not totals.complete
    assert totals.acknowledged >= 500
    assert (
        f"worker process {killed[0]}",
        "died; what it sent last is not known",
    ) in totals.failures


def test_the_heartbeat_beats_while_nothing_is_due_and_stops_with_kafka(
    kafka: MockKafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "HEARTBEAT_EVERY", 0.05)
    file = tmp_path / "alive"
    file.touch()
    heart = progress.Heartbeat(file)
    assert not file.exists(), "what an earlier run left is no sign of life"
    beats: list[bool] = []

    def show(totals: Totals) -> None:
        file.unlink(missing_ok=True)
        heart.show(totals)
        beats.append(file.exists())
        if beats.count(True) == 3:
            kafka.stop()

    # A message a second: the second and third beat come while none is due.
    observer = Observer(lambda text: None, show, lambda: False)
    totals = Worker(plan(kafka.client, None, rate=1, wait=0.5), observer).send_all()
    assert totals.failed
    assert beats[-2:] == [False, False]


def test_kafka_away_at_the_start_is_waited_for_and_then_named() -> None:
    witness, began = Witness(), time.monotonic()
    with pytest.raises(ProducerError, match=r"no Kafka at 127\.0\.0\.1:1: .*waited 1\.5 s"):
        Delivery({"bootstrap.servers": "127.0.0.1:1"}, TOPIC, 1.5, witness.observer).connect()
    assert time.monotonic() - began < 5
    assert "waiting up to 1.5 s: no Kafka at 127.0.0.1:1" in witness.said[0]


def test_a_setting_that_kafkas_client_does_not_know_is_named() -> None:
    client = {"bootstrap.servers": "127.0.0.1:1", "no.such": "1"}
    with pytest.raises(ProducerError, match=r"no\.such"):
        Delivery(client, TOPIC, 1, Witness().observer)


@given(
    rate=st.floats(0.1, 1e6),
    steps=st.lists(st.floats(0, 5), min_size=1, max_size=40),
)
def test_the_rate_is_exact_however_unevenly_time_passes(rate: float, steps: list[float]) -> None:
    now = 100.0
    pace, sent = Pace(rate, clock=lambda: now), 0
    sent += pace.due(sent, 10**9)
    for step in steps:
        now += step
        sent += pace.due(sent, 10**9)
        assert sent == int((now - 100.0) * rate) + 1
        assert 0 <= pace.delay(sent) <= 1 / rate + 1e-6


def test_without_a_rate_everything_is_due() -> None:
    assert Pace(None).due(0, 4096) == 4096
    assert Pace(None).delay(4096) == 0
