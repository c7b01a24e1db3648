"""The same seed gives the same world: bytes, whoever draws them; and the world is plausible."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import mean
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.drawing.entities import build_entity
from producer.drawing.kinds import KINDS, parse_kind
from producer.drawing.random_streams import RandomStream, Weighted
from producer.drawing.rows import Rows
from producer.drawing.timeline import HOUR, Rhythm, Spread, Steady, micros
from producer.errors import UsageError
from producer.events import stream
from producer.events.stream import BLOCK, Row, Stream
from producer.users import read_registrations

NOVEMBER = micros(datetime(2026, 11, 1, tzinfo=UTC))
WEEK = 7 * 24 * HOUR
NO_FILES = partial(read_registrations, "no such files")


def week_of(source: Stream, count: int, seed: int = 1) -> list[Row]:
    line = Spread(NOVEMBER, NOVEMBER + WEEK, count, source.recipe.rhythm)
    made = []
    for block, size in stream.blocks(count):
        made += source.rows(block, seed, source.times(block, size, seed, line))
    return made


@pytest.fixture(scope="module")
def transactions() -> list[Row]:
    return week_of(stream.find_stream("transaction", NO_FILES), 20_000)


def test_raw_random_numbers_are_the_same_everywhere() -> None:
    assert RandomStream(1, "amount", 7).bits(2).tolist() == [
        16395121341687744506,
        12455453723554201896,
    ]


def test_another_seed_or_scope_gives_other_numbers() -> None:
    streams = [
        RandomStream(1, "a", 0),
        RandomStream(2, "a", 0),
        RandomStream(1, "b", 0),
        RandomStream(1, "a", 1),
    ]
    assert len({int(each.bits(1)[0]) for each in streams}) == 4


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    source = stream.find_stream("transaction", NO_FILES)
    assert week_of(source, 5000) == week_of(stream.find_stream("transactions", NO_FILES), 5000)
    keys = {row[0] for row in week_of(source, 5000, seed=2)}
    assert not keys & {row[0] for row in week_of(source, 5000)}


def test_keys_are_distinct_uuids_that_sort_by_event_time(transactions: list[Row]) -> None:
    keys = [row[0] for row in transactions]
    assert len(set(keys)) == len(keys)
    for key, *_, time in transactions[::500]:
        assert UUID(key).version == 7
        assert UUID(key).int >> 80 == time // 1000
    prefixes = [key[:13] for key in keys]
    assert prefixes == sorted(prefixes)


def test_version_4_keys_on_request() -> None:
    rows = week_of(stream.find_stream("transaction", NO_FILES, key_version=4), 50)
    assert {UUID(row[0]).version for row in rows} == {4}


def test_transactions_look_like_a_business(transactions: list[Row]) -> None:
    _, users, amounts, currencies, merchants, categories, times = zip(*transactions, strict=True)
    assert set(currencies) == {"USD", "EUR", "GBP", "JPY", "THB"}
    assert 0.01 < mean(amount < 0 for amount in amounts) < 0.04
    assert 0 not in amounts
    assert {-amount.as_tuple().exponent for amount in amounts} == {2}
    assert all(a % 1 == 0 for a, c in zip(amounts, currencies, strict=True) if c == "JPY")
    assert 0 < mean(merchant is None for merchant in merchants) < 0.03
    assert len(set(users)) > 300
    assert len(set(merchants)) > 300
    assert len(set(categories) - {None}) == 9
    local_hours = Counter(time // HOUR % 24 for time in times)
    assert local_hours[12] > 5 * local_hours[20]  # 19:00 and 03:00 in Bangkok


def test_better_customers_spend_more() -> None:
    source = stream.find_stream("transaction", NO_FILES)
    users = source.recipe.entities["user"]
    tier = dict(zip(users.column("user_id"), users.column("customer_tier"), strict=True))
    dollars: dict[str, list[Decimal]] = {"basic": [], "platinum": []}
    for _, user, amount, currency, *_ in week_of(source, 20_000):
        if currency == "USD" and tier[user] in dollars:
            dollars[tier[user]].append(amount)
    assert mean(dollars["platinum"]) > 2 * mean(dollars["basic"])


@given(
    start=st.integers(0, 2**51),
    span=st.integers(1, 400 * 24 * HOUR),
    total=st.integers(1, 3 * BLOCK),
    seed=st.integers(0, 2**32),
)
def test_spread_times_are_ordered_and_inside_their_range(
    start: int, span: int, total: int, seed: int
) -> None:
    line = Spread(start, start + span, total, Rhythm())
    blocks = [
        line.times(b * BLOCK, size, RandomStream(seed, b)) for b, size in stream.blocks(total)
    ]
    times = np.concatenate(blocks)
    assert len(times) == total
    assert start <= times[0]
    assert times[-1] < start + span
    assert (np.diff(times) >= 0).all()


def test_a_spread_follows_its_rhythm() -> None:
    rhythm = Rhythm(hours=(0.0,) * 12 + (1.0,) * 12, weekdays=(0, 0, 0, 0, 0, 1, 3))
    times = Spread(NOVEMBER, NOVEMBER + WEEK, 40_000, rhythm).times(0, 40_000, RandomStream(1))
    timestamps = [datetime.fromtimestamp(each / 1e6, UTC) for each in times.tolist()]
    assert {each.hour for each in timestamps} == set(range(12, 24))
    days = Counter(each.strftime("%a") for each in timestamps)
    assert days.keys() == {"Sat", "Sun"}
    assert days["Sun"] / days["Sat"] == pytest.approx(3, rel=0.01)


def test_a_steady_timeline_moves_by_the_rate() -> None:
    times = Steady(NOVEMBER, 50.0).times(BLOCK, 3, RandomStream(1))
    assert (times - NOVEMBER).tolist() == [81_920_000, 81_940_000, 81_960_000]


def test_odds_follow_weights() -> None:
    picked = Counter(Weighted([1, 0, 3]).pick(RandomStream(1), 40_000).tolist())
    assert picked.keys() == {0, 2}
    assert picked[2] / picked[0] == pytest.approx(3, rel=0.05)


def test_a_new_stream_needs_no_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from producer.contracts import contract
    from producer.drawing import recipe

    (tmp_path / "schemas").mkdir()
    (tmp_path / "project" / "streams").mkdir(parents=True)
    (tmp_path / "schemas" / "reading.avsc").write_text(
        '{"type": "record", "name": "Reading", "topic": "readings", "key": "id", "fields": ['
        '{"name": "id", "type": "string"}, {"name": "sensor", "type": "string"},'
        '{"name": "site", "type": "string"}, {"name": "celsius", "type": ["null", "int"]}]}'
    )
    (tmp_path / "project" / "streams" / "reading.yml").write_text(
        "entities:\n"
        "  sensor:\n"
        "    rows: 20\n"
        "    columns: {name: {faker: mac_address, unique: true}, site: {choice: [roof, cellar]}}\n"
        "fields:\n"
        "  id: {uuid: 7}\n"
        "  sensor: {take: sensor.name}\n"
        "  site: {take: sensor.site}\n"
        "  celsius: {integer: [-20, 45], nulls: 0.5}\n"
    )
    monkeypatch.setattr(contract, "SCHEMAS", tmp_path / "schemas")
    monkeypatch.setattr(recipe, "HERE", tmp_path / "project")
    rows = week_of(stream.find_stream("readings", NO_FILES), 1000)
    assert len({row[0] for row in rows}) == 1000
    assert len({row[1:3] for row in rows}) == 20
    assert {row[2] for row in rows} == {"roof", "cellar"}
    numbers = {row[3] for row in rows}
    assert numbers == {None, *range(-20, 46)}


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"choise": [1]}, "there is no kind 'choise'"),
        ({"choice": [1], "weight": 2}, "unexpected keyword argument 'weight'"),
        ({"faker": "no_such_thing"}, "Faker has no 'no_such_thing'"),
        ({"uuid": 5}, "4 or 7"),
        ({"event_time": "years"}, "micros or date"),
        ("text", "KIND: ARGUMENT"),
    ],
)
def test_a_mistake_in_a_recipe_is_named_with_its_place(spec: object, reason: str) -> None:
    with pytest.raises(UsageError, match=rf"streams/x\.yml: colour: .*{reason}"):
        parse_kind(spec, "streams/x.yml: colour")


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (7, "needs rows"),
        ({"rows": "many"}, "many"),
        ({"rows": 3, "colums": {}}, "nothing reads 'colums'"),
        ({"rows": [{"a": 1}, {"b": 1}]}, "the same keys"),
        ({"rows": [{"a": 1}], "weight": "b"}, "no column 'b'"),
        ({"rows": [{"a": "x"}], "weight": "a"}, "could not convert"),
        ({"rows": [{"a": "x"}], "since": "a"}, "Error parsing datetime"),
        ({"rows": [{"a": "x"}], "lines": {"of": "a", "values": {"y": []}}}, "nothing for 'x'"),
        ({"rows": [{"a": "x"}], "lines": {"of": "a"}}, "KeyError: 'values'"),
    ],
)
def test_a_mistake_in_an_entity_is_named_with_its_place(spec: object, reason: str) -> None:
    with pytest.raises(UsageError, match=rf"x\.yml: shop: .*{reason}"):
        build_entity(spec, "shop", NO_FILES, "x.yml: shop")


def test_fields_that_refer_to_each_other_or_to_nothing_are_named() -> None:
    loop = {name: parse_kind({"take": other}, "x") for name, other in (("a", "b"), ("b", "a"))}
    with pytest.raises(UsageError, match="a -> b -> a"):
        Rows(loop, 1, 0, ())["a"]
    with pytest.raises(UsageError, match="no entity 'user'"):
        Rows({"a": parse_kind({"take": "user.id"}, "x")}, 1, 0, ())["a"]


@pytest.mark.parametrize(
    "spec",
    [
        {"integer": ["a", 2]},
        {"sequence": "{nothing}"},
        {"text": "{nothing}"},
        {"price": ["low", "high"]},
        {"uuid": 7},
        {"constant": 1, "nulls": "some"},
    ],
)
def test_a_column_that_cannot_be_drawn_is_named_with_its_place(spec: object) -> None:
    with pytest.raises(UsageError, match=r"streams/x\.yml: colour: \w+: "):
        Rows({"colour": parse_kind(spec, "streams/x.yml: colour")}, 1, 0, ())["colour"]


def test_the_readme_lists_the_kinds_that_there_are() -> None:
    readme = (Path(__file__).resolve().parents[2] / "producer" / "README.md").read_text()
    assert set(re.findall(r"^\| `(\w+): ", readme, re.MULTILINE)) == set(KINDS)
