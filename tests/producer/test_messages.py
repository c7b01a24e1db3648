"""Faults come in the shares asked for, and do only what they are called."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from producer.contracts import poison
from producer.contracts.avro_format import AvroWire
from producer.contracts.json_format import JsonWire
from producer.contracts.wire import Wire
from producer.drawing.timeline import HOUR, Spread, Steady
from producer.errors import RefusedError, UsageError
from producer.events import stream
from producer.events.faults import Faults
from producer.events.messages import Block, Messages
from producer.events.stream import BLOCK
from producer.users import read_registrations

NO_FILES = partial(read_registrations, "no such files")
START = 1_793_491_200_000_000
TRANSACTION = stream.find_stream("transaction", NO_FILES)
JSON = JsonWire(TRANSACTION.contract)


def blocks(faults: Faults, count: int = 5 * BLOCK, wire: Wire = JSON, seed: int = 1) -> list[Block]:
    line = Spread(START, START + 7 * 24 * HOUR, count, TRANSACTION.recipe.rhythm)
    messages = Messages(TRANSACTION, wire, line, seed, faults)
    return [messages.block(block, size) for block, size in stream.blocks(count)]


def flat(faults: Faults, **kwargs: Any) -> list[tuple[str, bytes, bytes | None]]:
    return [
        (kind, key, value)
        for block in blocks(faults, **kwargs)
        for kind, (key, value) in zip(block.kinds, block.messages, strict=True)
    ]


def test_without_faults_each_key_comes_once_and_is_the_messages_own() -> None:
    made = flat(Faults())
    assert len({key for _, key, _ in made}) == len(made) == 5 * BLOCK
    for _, key, value in made[::100]:
        assert json.loads(value or b"")["tx_id"].encode() == key


def test_the_same_seed_gives_the_same_messages_with_faults_too() -> None:
    faults = Faults(0.05, 0.5, 0.01, {"nul-byte": 0.01}, late=0.1, late_by=HOUR)
    assert flat(faults) == flat(faults)
    assert flat(faults) != flat(faults, seed=2)


def test_shares_are_of_all_messages() -> None:
    made = flat(Faults(0.1, 0.5, 0.02, {"nul-byte": 0.03, "overflow": 0.01}))
    assert len(made) == 5 * BLOCK
    share = {k: sum(kind == k for kind, *_ in made) / len(made) for k in {k for k, *_ in made}}
    assert share["duplicates"] == pytest.approx(0.05, abs=0.005)
    assert share["changed_duplicates"] == pytest.approx(0.05, abs=0.005)
    assert share["tombstones"] == pytest.approx(0.02, abs=0.004)
    assert share["nul-byte"] == pytest.approx(0.03, abs=0.005)
    assert share["overflow"] == pytest.approx(0.01, abs=0.003)


def test_duplicates_repeat_an_earlier_event_and_change_only_what_may_be_corrected() -> None:
    seen: dict[bytes, dict[str, Any]] = {}
    changed = 0
    for kind, key, value in flat(Faults(duplicates=0.2, changed=0.5, tombstones=0.05)):
        if kind == "tombstones":
            assert value is None
            assert key in seen
            continue
        record = json.loads(value or b"", parse_float=Decimal)
        if kind == "events":
            assert key not in seen
            seen[key] = record
        elif kind == "duplicates":
            assert record == seen[key]
        else:
            assert record | {"amount": 0} == seen[key] | {"amount": 0}
            changed += record["amount"] != seen[key]["amount"]
    assert changed > 1000


def test_duplicates_stay_in_their_block_so_that_workers_cannot_reorder_them() -> None:
    owner: dict[bytes, int] = {}
    for number, block in enumerate(blocks(Faults(duplicates=0.3))):
        for key, _ in block.messages:
            assert owner.setdefault(key, number) == number


def test_late_events_lie_behind_by_no_more_than_asked() -> None:
    on_time = {n: json.loads(v or b"")["timestamp"] for n, (_, _, v) in enumerate(flat(Faults()))}
    late = 0
    for number, (kind, _, value) in enumerate(flat(Faults(late=0.1, late_by=2 * HOUR))):
        time = json.loads(value or b"")["timestamp"]
        if kind == "late_events":
            late += 1
            assert time < on_time[number]
        else:
            assert time == on_time[number]
    assert late / len(on_time) == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("kind", poison.KINDS)
@pytest.mark.parametrize("wire", [JSON, AvroWire(TRANSACTION.contract, 7)])
def test_poison_has_a_key_of_its_own_and_breaks_the_contract(kind: str, wire: Wire) -> None:
    made = flat(Faults(poison={kind: 0.5}), count=64, wire=wire)
    assert len({key for _, key, _ in made}) == 64
    assert {k for k, *_ in made} == {"events", kind}
    if wire is JSON and kind != "invalid-bytes":
        (bad, *_) = [value for k, _, value in made if k == kind]
        record = json.loads(bad or b"", parse_float=Decimal)
        # Strings of timestamps are the wire's form, not the contract's.
        if isinstance(record.get("timestamp"), str) and kind != "overflow":
            record["timestamp"] = START
        with pytest.raises(RefusedError):
            JSON.encode_checked(TRANSACTION.contract.row(record))


def test_all_messages_may_be_poison() -> None:
    for count in (1, BLOCK):
        made = flat(Faults(poison={"missing-field": 1.0}), count=count)
        assert [kind for kind, *_ in made] == ["missing-field"] * count


def test_what_repeats_an_event_comes_behind_one_however_few_there_are() -> None:
    repeated = {"duplicates", "changed_duplicates", "tombstones"}
    for seed in range(20):
        made = flat(Faults(0.3, 0.5, 0.3, {"nul-byte": 0.4}), count=50, seed=seed)
        sent = set()
        for kind, key, _ in made:
            if kind in repeated:
                assert key in sent
            elif kind == "events":
                sent.add(key)
        assert len(sent) == 1


def test_poison_that_a_stream_cannot_have_is_refused_at_the_start() -> None:
    events = stream.find_stream("user_event", NO_FILES)
    wire = AvroWire(events.contract, 7)
    with pytest.raises(UsageError, match="overflow: the stream user_event has no field for it"):
        Messages(events, wire, Steady(START, 1.0), 1, Faults(poison={"overflow": 0.1}))


def test_shares_above_one_are_refused() -> None:
    with pytest.raises(UsageError, match=r"make 1\.1 of all"):
        Faults(duplicates=0.6, tombstones=0.5)


def test_an_event_that_breaks_its_contract_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    users = TRANSACTION.recipe.entities["user"]
    corrupted = users.column("user_id").copy()
    corrupted[7] = "user\0seven"
    monkeypatch.setitem(users.columns, "user_id", corrupted)
    line = Spread(START, START + HOUR, BLOCK, TRANSACTION.recipe.rhythm)
    messages = Messages(TRANSACTION, JSON, line, 1)
    block = messages.block(0, BLOCK)
    assert 0 < len(messages.refused) == BLOCK - len(block.messages)
    key, reason = messages.refused[0]
    assert key.encode() not in dict(block.messages)
    assert reason.startswith("user_id: 'user\\x00seven' has a NUL character")
