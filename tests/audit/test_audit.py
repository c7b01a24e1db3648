"""The audit names what is lost or doubled, wherever it happens, and nothing that is under way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from dags.landing import feeds, snowflake
from dags.landing.feeds import Mart
from dags.landing.reconcile import marts
from tests.audit.conftest import LETTERS, TOPIC, Chain
from tests.conftest import ROOT
from tests.kafka_client import kafka_client

pytestmark = [pytest.mark.services, pytest.mark.timeout(1800)]

TO_SINK = "topic -> public.transactions_sink"
TO_RAW = "operational.unload_transactions -> RAW.TRANSACTIONS_STREAMING_KAFKA"
TO_FACTS = "RAW.TRANSACTIONS_STREAMING_KAFKA -> marts.fct_transactions"
FILES_TO_RAW = "files -> RAW.TRANSACTIONS_BATCH_CSV"
FILES_TO_FACTS = "RAW.TRANSACTIONS_BATCH_CSV -> marts.fct_transactions"
USERS_TO_RAW = "files -> RAW.USER_REGISTRATIONS"
Damage = Callable[[str, str], None]


def test_a_chain_in_order_has_no_differences(chain: Chain) -> None:
    assert chain.letters(), "no dead letters: the faults were not sent"
    assert chain.waiting() == {}


def test_records_that_were_acknowledged_and_lost_are_told_of(chain: Chain) -> None:
    file = Path(chain.settings["PIPELINE_STATE"]) / "acknowledged" / f"{TOPIC}.jsonl"
    before = file.read_text()
    log = [json.loads(line) for line in before.splitlines()]
    given = sum(chain.kafka.ends(chain.kafka.partitions(TOPIC)).values())
    assert sum(each["acknowledged"] for each in log) == given
    log[-1]["acknowledged"] += 7
    other_topic = {"topic_id": "of a topic that is gone", "acknowledged": 1000}
    file.write_text("".join(json.dumps(each) + "\n" for each in [*log, other_topic]))
    try:
        assert chain.differences() == {TO_SINK: [TOPIC]}
    finally:
        file.write_text(before)


def test_a_row_deleted_in_the_sink_is_named(chain: Chain) -> None:
    [(key,)] = chain.postgres("select min(tx_id) from transactions_sink")
    chain.postgres(f"create table gone as select * from transactions_sink where tx_id = '{key}'")
    chain.postgres(f"delete from transactions_sink where tx_id = '{key}'")
    try:
        assert chain.differences() == {TO_SINK: [key], TO_RAW: [key]}
    finally:
        chain.postgres("insert into transactions_sink select * from gone; drop table gone")


def test_a_version_doubled_in_raw_is_named(chain: Chain, damage: Damage) -> None:
    table = "RAW.TRANSACTIONS_STREAMING_KAFKA"
    [(key,)] = chain.warehouse(f"select max(tx_id) from {table}")
    damage(table, f"insert into {table} select * from {table} where tx_id = '{key}'")
    assert chain.differences() == {TO_RAW: [key]}


def test_a_version_lost_in_raw_is_named(chain: Chain, damage: Damage) -> None:
    table = "RAW.TRANSACTIONS_STREAMING_KAFKA"
    [(key,)] = chain.warehouse(f"select min(tx_id) from {table}")
    damage(table, f"delete from {table} where tx_id = '{key}'")
    assert chain.differences() == {TO_RAW: [key], TO_FACTS: [key]}


def test_a_row_doubled_in_a_file_s_table_is_named(chain: Chain, damage: Damage) -> None:
    table = "RAW.TRANSACTIONS_BATCH_CSV"
    where = "source_file = 'transactions_2026_09.csv' and source_row = 7"
    damage(table, f"insert into {table} select * from {table} where {where}")
    [named] = chain.differences()[FILES_TO_RAW]
    assert named.startswith("transactions_2026_09.csv row 7 (")


def test_rows_of_a_file_that_are_lost_are_named(chain: Chain, damage: Damage) -> None:
    table = "RAW.USER_REGISTRATIONS"
    where = "source_file = 'user_registrations_2026_08.csv' and source_row in (2, 201)"
    damage(table, f"delete from {table} where {where}")
    file = "user_registrations_2026_08.csv"
    assert chain.differences()[USERS_TO_RAW] == [f"{file} row 2", f"{file} row 201"]


def test_rows_lost_in_the_mart_are_named_up_to_ten(chain: Chain, damage: Damage) -> None:
    facts = "MARTS.FCT_TRANSACTIONS"
    keys = chain.warehouse(f"select tx_id from {facts} where is_in_file order by tx_id limit 12")
    lost = [key for (key,) in keys]
    damage(facts, f"delete from {facts} where tx_id <= '{lost[-1]}' and is_in_file")
    named = chain.differences()[FILES_TO_FACTS]
    assert named == lost[:10]


def test_a_fact_that_is_there_twice_is_named(chain: Chain, damage: Damage) -> None:
    facts = "MARTS.FCT_TRANSACTIONS"
    [(key,)] = chain.warehouse(f"select min(tx_id) from {facts} where not is_in_file")
    damage(facts, f"insert into {facts} select * from {facts} where tx_id = '{key}'")
    assert chain.differences() == {TO_FACTS: [key]}


def test_after_a_build_the_marts_must_have_all_that_landed_before_it(
    chain: Chain, damage: Damage
) -> None:
    """By hand the newest rows may be under way; right behind a build they are lost."""
    facts = "MARTS.FCT_TRANSACTIONS"
    [(landed_at, keys)] = chain.warehouse(
        "select max(airflow_ingested_at), count(distinct tx_id)"
        " from RAW.TRANSACTIONS_STREAMING_KAFKA"
    )
    damage(facts, f"delete from {facts} where is_in_stream")
    assert chain.waiting()[TO_FACTS] == keys
    feed = feeds.find("transactions_streaming_kafka")
    with closing(snowflake.connect_from_env(chain.settings)) as target:
        lost = marts.compare(target, feed, built={feed.name: landed_at})
        gone = marts.compare(target, replace(feed, mart=Mart("marts.gone", "true")), built={})
    assert lost
    assert gone
    assert [d.count for d in lost.differences] == [keys]
    assert [d.examples for d in gone.differences] == [("marts.gone",)]


def test_a_fact_that_never_landed_is_named(chain: Chain, damage: Damage) -> None:
    facts = "MARTS.FCT_TRANSACTIONS"
    [(key,)] = chain.warehouse(f"select min(tx_id) from {facts} where not is_in_file")
    damage(facts, f"update {facts} set tx_id = 'invented' where tx_id = '{key}'")
    assert chain.differences() == {TO_FACTS: [key, "invented"]}


def test_a_line_removed_from_the_ledger_is_named(chain: Chain, damage: Damage) -> None:
    ledger = "RAW.LANDED_FILES"
    damage(ledger, f"delete from {ledger} where source_file = 'transactions_2026_10.csv'")
    # A file that came more than an hour before the landing is missed itself, too.
    found = chain.differences()[FILES_TO_RAW]
    rows = [example for example in found if example != "transactions_2026_10.csv"]
    assert len(rows) == 10
    assert rows[0].startswith("transactions_2026_10.csv row 2 (")


def test_a_missing_dead_letter_is_named(chain: Chain) -> None:
    before = chain.letters()
    assert len({letter.message.partition() for letter in before}) == 1
    first = before[0].message
    admin = AdminClient({**kafka_client(chain.settings)})
    place = TopicPartition(LETTERS, int(first.partition() or 0), int(first.offset() or 0) + 1)
    admin.delete_records([place])[TopicPartition(LETTERS, place.partition)].result(30)
    try:
        key = first.key()
        assert chain.differences() == {TO_SINK: [key.decode() if key else ""]}
    finally:
        headers = first.headers() or []
        letter = {"topic": LETTERS, "key": first.key(), "value": first.value(), "headers": headers}
        chain.kafka.send([letter])
    assert chain.waiting() == {}


def test_rows_under_way_are_no_difference_at_any_hop(chain: Chain) -> None:
    produced, sunk, landed, built = chain.under_way
    assert produced[0][TO_SINK] == produced[1]
    assert sunk[0] == {TO_RAW: sunk[1]}
    assert landed[0] == {TO_FACTS: landed[1]}
    assert built[0] == {}


def test_a_system_that_is_away_is_named_and_nothing_is_claimed(chain: Chain) -> None:
    settings = chain.settings | {"SNOWFLAKE_PORT": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "bootstrap", "audit"],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: Snowflake: ")
    assert "accounted for" not in done.stdout
