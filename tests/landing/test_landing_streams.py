"""Rows of Postgres land once: late commits, updates, odd values, two runs at a time."""

from __future__ import annotations

import json
import os
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from bootstrap.postgres import provision
from dags.landing import postgres, snowflake
from dags.landing.feeds import StreamFeed
from dags.landing.land import land_stream
from dags.landing.macros import MacroError, macros
from dags.landing.relation import Relation, RelationError, Window
from dags.landing.unload import EVERYTHING, RestoredDatabaseError, unload_new_rows
from tests.landing.processes import at_once

pytestmark = pytest.mark.services

UPSERT = """
insert into transactions_sink (tx_id, user_id, amount, currency, merchant, category, "timestamp")
values (%s, 'u1', %s, 'EUR', %s, null, '2026-01-31 10:00:00.123456+07')
on conflict (tx_id) do update set amount = excluded.amount, merchant = excluded.merchant
"""


def upsert(sink: psycopg.Connection, tx_id: str, amount: str = "1.5", merchant: str = "") -> None:
    sink.execute(UPSERT, [tx_id, amount, merchant])


def landed(warehouse: Any) -> list[tuple[str, str]]:
    return [
        (tx_id, f"{amount:f}".rstrip("0").rstrip("."))
        for tx_id, amount in warehouse.query(
            "select tx_id, amount from RAW.TRANSACTIONS_STREAMING_KAFKA order by ingest_xid, tx_id"
        )
    ]


def test_only_new_versions_land_and_an_empty_run_says_so(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    assert land_stream(stream) is None
    upsert(sink, "a")
    land_stream(stream)
    upsert(sink, "a")  # identical: the database keeps the old version
    assert land_stream(stream) is None
    upsert(sink, "a", "2")
    upsert(sink, "b")
    land_stream(stream)
    assert landed(warehouse) == [("a", "1.5"), ("a", "2"), ("b", "1.5")]
    assert warehouse.query(f"list @RAW.{stream.stage}") == []


def test_values_arrive_as_they_are_in_postgres(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    merchants = ["", None, "NULL", "\\N", '"', "a,b", "a\nb\r\nc", "\\", "東京 🍜", "x" * 100_000]
    for n, merchant in enumerate(merchants):
        sink.execute(UPSERT, [f"t{n}", "-0.000001", merchant])
    land_stream(stream)
    found = warehouse.query(
        'select merchant, amount::text, "TIMESTAMP", ingested_at'
        " from RAW.TRANSACTIONS_STREAMING_KAFKA order by tx_id"
    )
    assert [row[0] for row in found] == merchants
    assert {row[1] for row in found} == {"-0.000001"}
    assert {str(row[2]) for row in found} == {"2026-01-31 03:00:00.123456"}
    [(first,)] = sink.execute("select min(ingested_at) at time zone 'UTC' from transactions_sink")
    assert min(row[3] for row in found) == first


def test_a_transaction_that_commits_late_is_not_skipped(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    with provision.connect(os.environ["POSTGRES_DB"]) as slow, slow.transaction():
        upsert(slow, "late")
        upsert(sink, "quick")
        assert land_stream(stream) is None, "rows behind an open transaction wait for it"
    land_stream(stream)
    assert sorted(landed(warehouse)) == [("late", "1.5"), ("quick", "1.5")]


def test_the_age_of_an_open_transaction_is_seen(
    sink: psycopg.Connection, services: dict[str, str]
) -> None:
    with provision.connect(os.environ["POSTGRES_DB"]) as slow, slow.transaction():
        upsert(slow, "late")
        with closing(postgres.connect_from_env()) as source, postgres.snapshot(source) as seen:
            oldest = seen.oldest
            assert oldest
            assert 0 <= oldest.seconds < 60
            assert f"pid {slow.info.backend_pid}, role postgres" in oldest.who


def test_copying_the_same_unload_again_lands_nothing_twice(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    upsert(sink, "a")
    unloaded = land_stream(stream)
    assert unloaded
    macros().run_operation("land_stream", **unloaded.as_arguments())
    assert landed(warehouse) == [("a", "1.5")]


def test_two_runs_that_unloaded_the_same_rows_land_them_once(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    upsert(sink, "a")
    both = []
    for _ in range(2):
        with (
            closing(postgres.connect_from_env()) as source,
            closing(snowflake.connect_from_env()) as target,
        ):
            both.append(unload_new_rows(stream, source, target))
    for unloaded in both:
        assert unloaded
        macros().run_operation("land_stream", **unloaded.as_arguments())
    assert landed(warehouse) == [("a", "1.5")]


def test_rows_lost_between_unload_and_copy_stop_the_landing(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    upsert(sink, "a")
    with (
        closing(postgres.connect_from_env()) as source,
        closing(snowflake.connect_from_env()) as target,
    ):
        unloaded = unload_new_rows(stream, source, target)
        assert unloaded
        snowflake.rows(target, f"remove @RAW.{stream.stage}/{unloaded.run}/")
    with pytest.raises(MacroError, match="wrote 1 rows, COPY INTO found 0"):
        macros().run_operation("land_stream", **unloaded.as_arguments())
    land_stream(stream)
    assert landed(warehouse) == [("a", "1.5")]


def test_a_value_that_does_not_fit_goes_to_the_quarantine_and_stops_nothing(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    for n, amount in enumerate(["1.1234567", "NaN", "1" + "0" * 32, "1.10000000"]):
        upsert(sink, f"t{n}", amount)
    upsert(sink, "far")
    sink.execute("update transactions_sink set \"timestamp\" = '20000-01-01' where tx_id = 'far'")
    sink.execute("insert into transactions_sink values ('none', 'u', 1, 'EUR')")
    land_stream(stream)
    assert land_stream(stream) is None
    assert landed(warehouse) == [("t3", "1.1")]
    found = warehouse.query("select reasons, raw_values from RAW.QUARANTINE order by source_row")
    assert [reasons for reasons, _ in found] == [
        "amount: '1.1234567' is not number(38,6)",
        "amount: 'NaN' is not number(38,6)",
        f"amount: '1{'0' * 32}' is not number(38,6)",
        "timestamp: '20000-01-01 00:00:00+00' is not timestamp_ntz(6)",
        "timestamp is empty",
    ]
    assert json.loads(found[0][1])["tx_id"] == "t0"

    warehouse.query("update RAW.QUARANTINE set raw_values = replace(raw_values, '1.1234567', '7')")
    macros().run_operation("replay_quarantine", feed=stream.name)
    assert ("t0", "7") in landed(warehouse)
    merchants = f"select merchant from RAW.{stream.table}"
    assert warehouse.query(merchants) == [("",), ("",)], "an empty text is not null"

    land_stream(stream, resync_since=EVERYTHING)
    assert warehouse.count("QUARANTINE") == 5, "a resync knows what is in quarantine"
    assert warehouse.count(stream.table) == 2


def test_resync_lands_what_is_missing_and_leaves_what_is_there(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    for n in range(4):
        upsert(sink, f"t{n}")
    land_stream(stream)
    warehouse.query("delete from RAW.TRANSACTIONS_STREAMING_KAFKA where tx_id in ('t1', 't2')")
    upsert(sink, "new")
    assert land_stream(stream, resync_since="2100-01-01") is None
    # What has no time may belong to any.
    sink.execute("alter table transactions_sink disable trigger user")
    sink.execute("alter table transactions_sink alter ingested_at drop not null")
    sink.execute("update transactions_sink set ingested_at = null where tx_id = 't1'")
    land_stream(stream, resync_since="2100-01-01")
    assert [tx_id for tx_id, _ in landed(warehouse)] == ["t0", "t1", "t3"]
    land_stream(stream, resync_since=EVERYTHING)
    assert [tx_id for tx_id, _ in landed(warehouse)] == ["t0", "t1", "t2", "t3"]
    land_stream(stream)
    assert [tx_id for tx_id, _ in landed(warehouse)] == ["t0", "t1", "t2", "t3", "new"]


def test_a_resync_is_safe_beside_the_schedule(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    for n in range(20):
        upsert(sink, f"t{n}")
    land_stream(stream)
    warehouse.query(f"delete from RAW.{stream.table} where tx_id in ('t1', 't2')")
    upsert(sink, "new")

    def resync() -> None:
        land_stream(stream, EVERYTHING)

    assert at_once(resync, lambda: land_stream(stream), resync) == [0, 0, 0]
    expected = [(tx_id, 1) for tx_id in sorted([*(f"t{n}" for n in range(20)), "new"])]
    each = f"select tx_id, count(*) from RAW.{stream.table} group by tx_id order by tx_id"
    assert warehouse.query(each) == expected


def test_since_needs_the_column_that_it_is_compared_with(
    sink: psycopg.Connection, stream: StreamFeed
) -> None:
    view = "operational.unload_transactions"
    columns = "tx_id, ingest_xid from public.transactions_sink"
    sink.execute(f"drop view {view}; create view {view} as select {columns}")
    types = {"tx_id": "text", "ingest_xid": "number(20,0)"}
    feed = replace(stream, columns=tuple(types), types=types)
    relation = Relation(sink, feed)
    assert sink.execute(relation.count_bad(Window(0, 9))).fetchall() == [(0,)]
    with pytest.raises(RelationError, match=r"no column ingested_at, which --since .* use --full"):
        relation.copy_good(Window(0, 9, "2026-01-01"))


def test_an_empty_run_does_not_read_the_raw_table(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert(sink, "a")
    land_stream(stream)
    [(xid,)] = sink.execute("select ingest_xid from transactions_sink").fetchall()
    asked: list[str] = []
    rows = snowflake.rows

    def noted(connection: Any, sql: str, binds: Any = ()) -> Any:
        asked.append(sql)
        return rows(connection, sql, binds)

    monkeypatch.setattr(snowflake, "rows", noted)
    assert land_stream(stream) is None
    table = f"RAW.{stream.table}"
    assert [sql for sql in asked if table in sql] == [
        # From metadata; then the rows of the newest transaction.
        f"select max(ingest_xid) from {table}",
        f"select max(ingest_xid) from {table} where source_database = %s and ingest_xid >= {xid}",
    ]


def test_a_database_restored_from_an_older_state_is_refused(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    upsert(sink, "a")
    land_stream(stream)
    warehouse.query("update RAW.TRANSACTIONS_STREAMING_KAFKA set ingest_xid = 1000000000")
    with pytest.raises(RestoredDatabaseError, match="restored from an older state"):
        land_stream(stream)

    # docs/operations.md, "When Postgres was restored"
    warehouse.query(
        "update RAW.TRANSACTIONS_STREAMING_KAFKA"
        " set source_database = source_database || ' until 2026-11-23'"
        " where source_database not like '% until %'"
    )
    upsert(sink, "b")
    land_stream(stream)
    assert sorted(landed(warehouse)) == [("a", "1.5"), ("a", "1.5"), ("b", "1.5")]


def test_a_new_timeline_is_refused_until_a_person_has_decided(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert(sink, "a")
    land_stream(stream)
    [(before,)] = warehouse.query(f"select source_database from RAW.{stream.table}")
    monkeypatch.setattr(postgres, "TIMELINE", "2")
    upsert(sink, "b")
    message = f"rows of {before}, and this Postgres is now {before}/2: it was restored"
    with pytest.raises(RestoredDatabaseError, match=message):
        land_stream(stream)

    # docs/operations.md: a standby took over, and had everything
    warehouse.query(f"update RAW.{stream.table} set source_database = '{before}/2'")
    land_stream(stream)
    assert sorted(landed(warehouse)) == [("a", "1.5"), ("b", "1.5")]


def test_another_database_starts_at_its_own_beginning(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed
) -> None:
    upsert(sink, "a")
    land_stream(stream)
    warehouse.query("update RAW.TRANSACTIONS_STREAMING_KAFKA set source_database = 'other'")
    land_stream(stream)
    assert landed(warehouse) == [("a", "1.5"), ("a", "1.5")]


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("1 as price", "has no column amount, which the feed"),
        ("amount::text", "unload_transactions.amount is text, and the feed .* wants number"),
    ],
)
def test_a_view_that_does_not_deliver_the_feed_is_named(
    warehouse: Any, sink: psycopg.Connection, stream: StreamFeed, amount: str, message: str
) -> None:
    sink.execute(
        "drop view operational.unload_transactions; set role dbt_operational;"
        " create view operational.unload_transactions as"
        f' select tx_id, user_id, {amount}, currency, merchant, category, "timestamp", ingested_at,'
        " ingest_xid from public.transactions_sink; reset role"
    )
    with pytest.raises(RelationError, match=message):
        land_stream(stream)
