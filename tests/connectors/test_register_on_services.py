"""The verbs, on a real worker with a real database."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from connectors.registrar.health import fetch_health
from tests.connectors.conftest import Cluster, transaction, until

pytestmark = pytest.mark.services

COLUMNS = """tx_id text primary key, user_id text, amount numeric, currency text, merchant text,
category text, "timestamp" timestamptz"""


def rows(cluster: Cluster, name: str, count: int) -> Callable[[], bool]:
    return lambda: cluster.sql(f"select count(*) from {name}") == [(count,)]


def test_a_connector_from_file_to_rows_and_back_to_its_file(cluster: Cluster) -> None:
    name = cluster.sink("life", COLUMNS)
    assert "life: create" in cluster.register("plan", code=3)
    assert "topic life: created" in cluster.register("apply")
    cluster.register("plan")
    assert "life: unchanged, RUNNING" in cluster.register("apply")
    cluster.produce(name, [(f"k{i}", transaction(f"k{i}")) for i in range(100)])
    until(rows(cluster, name, 100))

    by_hand = {**(cluster.connect.config(name) or {}), "batch.size": "7"}
    cluster.connect.put_config(name, by_hand)
    assert "~ batch.size = 7 -> 2000" in cluster.register("plan", code=3)
    cluster.register("apply")
    assert (cluster.connect.config(name) or {})["batch.size"] == "2000"

    assert cluster.kafka.settings([f"{name}.dlq"])[f"{name}.dlq"]["retention.ms"] == "604800000"
    file = cluster.folder / f"{name}.yml"
    file.write_text(file.read_text().replace("{partitions: 1}", "{config: {retention.ms: -1}}"))
    assert "~ retention.ms = 604800000 -> -1" in cluster.register("plan", code=3)
    assert f"topic {name}.dlq: changed" in cluster.register("apply")
    cluster.register("plan")

    cluster.register("lint")
    (cluster.folder / "life.yml").unlink()
    assert "life: remove" in cluster.register("prune", code=3)
    cluster.register("prune", "--yes")
    assert cluster.connect.config(name) is None
    cluster.sql("drop table public.life")


def test_what_cannot_be_converted_is_a_dead_letter_with_its_reason(cluster: Cluster) -> None:
    name = cluster.sink("poison", COLUMNS)
    cluster.register("apply")
    bad = {
        "garbage": b"\x00\xff",
        "missing field": b'{"tx_id": "x"}',
        "wrong type": transaction("x", amount="12.34"),
        "null key": transaction("x", tx_id=None),
        "tombstone": None,
    }
    cluster.produce(name, [("good", transaction("good")), *bad.items()])
    until(rows(cluster, name, 1))
    letters = until(lambda: len(cluster.letters(name)) == len(bad) and cluster.letters(name))
    stages = {letter.message.key().decode(): letter.stage for letter in letters}
    assert stages.pop("tombstone") == "TRANSFORMATION"
    assert set(stages.values()) == {"VALUE_CONVERTER"}
    assert all(": " in letter.reason for letter in letters)
    printed = cluster.register("dead-letters", name, "--show", "2")
    assert "5 dead letters of 5 records" in printed
    assert "amount: found a text of 5 characters; the contract asks for a number" in printed


def test_letters_are_replayed_once_after_a_fix(cluster: Cluster) -> None:
    name = cluster.sink("fixed", COLUMNS)
    cluster.register("apply")
    config = cluster.connect.config(name) or {}
    # By hand: lint would refuse it.
    cluster.connect.put_config(name, {**config, "transforms.key.fields": "no_such_field"})
    cluster.produce(name, [(f"k{i}", transaction(f"k{i}")) for i in range(20)])
    until(lambda: len(cluster.letters(name)) == 20)
    cluster.register("apply")
    cluster.produce(name, [("k0", transaction("k0", merchant="newer"))])
    preview = cluster.register("dead-letters", name, "--replay", code=3)
    assert "19 records to replay" in preview
    assert "1 records have a newer version in their topic: left out" in preview
    cluster.register("dead-letters", name, "--replay", "--yes")
    until(rows(cluster, name, 20))
    assert "0 records" in cluster.register("dead-letters", name, "--replay")
    newest = f"select merchant from {name} where tx_id = 'k0'"
    assert cluster.sql(newest) == [("newer",)]
    cluster.register("dead-letters", name, "--replay", "--all", "--outdated", "--yes")
    until(lambda: cluster.sql(newest) == [("m",)])


def test_a_replay_takes_what_was_chosen_and_never_again_what_failed_again(
    cluster: Cluster,
) -> None:
    limited = COLUMNS.replace("amount numeric", "amount numeric check (amount >= 0)")
    name = cluster.sink("chosen", limited.replace("currency text", "currency varchar(3)"))
    cluster.register("apply")
    negative = [(f"n{i}", transaction(f"n{i}", amount=-1)) for i in range(5)]
    long = [(f"l{i}", transaction(f"l{i}", currency="EURO")) for i in range(5)]
    cluster.produce(name, negative + long)
    until(lambda: len(cluster.letters(name)) == 10)
    partitions = {letter.message.key(): letter.origin[1] for letter in cluster.letters(name)}

    def replay(*words: str, code: int = 0) -> str:
        return cluster.register("dead-letters", name, "--replay", *words, code=code)

    assert "5 records to replay" in replay("--reason", "value too long", code=3)
    assert "0 records to replay" in replay("--until", "2020-01-01")
    assert "0 records to replay" in replay("--offsets", "0=100-200,7=0")
    cluster.sql(f"alter table {name} drop constraint {name}_amount_check")
    assert "5 records replayed" in replay("--reason", "check constraint", "--yes")
    until(rows(cluster, name, 5))
    assert "5 records replayed" in replay("--yes")
    until(lambda: len(cluster.letters(name)) == 15)
    told = replay("--yes")
    assert "0 records" in told
    assert "10 records were replayed before, 5 of them failed again" in told
    for letter in cluster.letters(name):
        assert letter.origin[1] == partitions[letter.message.key()]
    cluster.sql(f"alter table {name} alter currency type text")
    assert "5 records replayed" in replay("--all", "--reason", "value too long", "--yes")
    until(rows(cluster, name, 10))


def test_a_sink_reads_again_from_where_it_is_told(cluster: Cluster) -> None:
    name = cluster.sink("again", COLUMNS)
    cluster.register("apply")
    cluster.produce(name, [(f"k{i}", transaction(f"k{i}")) for i in range(300)])
    until(rows(cluster, name, 300))
    until(lambda: json.loads(cluster.register("status", name, "--json"))[name]["lag_total"] == 0)
    cluster.sql(f"truncate {name}")
    preview = cluster.register("rewind", name, "--to", "earliest", code=3)
    assert preview.count("read again") == 3
    assert cluster.sql(f"select count(*) from {name}") == [(0,)]
    cluster.register("rewind", name, "--to", "earliest", "--yes")
    until(rows(cluster, name, 300))
    cluster.register("rewind", name, "--to", "0=999999", code=2)
    cluster.register("rewind", name, "--to", "tomorrow", code=2)


def test_a_failing_connector_shows_its_cause_and_runs_after_the_fix(cluster: Cluster) -> None:
    name = cluster.sink("denied", COLUMNS)
    cluster.register("apply")
    cluster.sql(f"revoke all on public.{name} from connect_sink")
    cluster.produce(name, [("k", transaction("k"))])
    until(lambda: fetch_health(cluster.connect, name).failed)
    assert "permission denied" in cluster.register("status", code=1)
    assert "connect_sink sees no table" in cluster.register("apply", code=1)
    cluster.sql(f"grant select, insert, update on public.{name} to connect_sink")
    cluster.register("restart", name)
    cluster.register("wait", name)
    until(rows(cluster, name, 1))
    cluster.register("pause", name)
    assert json.loads(cluster.register("status", "--json", code=1))[name]["state"] == "PAUSED"
    cluster.register("stop", name)
    cluster.register("resume", name)
    cluster.register("wait")


def test_lint_names_topics_and_tables_that_do_not_exist(cluster: Cluster) -> None:
    name = cluster.sink("absent", COLUMNS)
    file = cluster.folder / "absent.yml"
    text = file.read_text().partition("topics:\n")[0]
    file.write_text(text.replace('"public.absent"', '"public.nowhere"'))
    printed = cluster.register("lint", code=1)
    assert f"topic {name} does not exist" in printed
    assert f"topic {name}.dlq does not exist" in printed
    assert "connect_sink sees no table public.nowhere" in printed
    assert "public.nowhere" in cluster.register("apply", code=1)
    assert cluster.connect.config(name) is None
