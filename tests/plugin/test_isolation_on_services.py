"""A message is a row or a dead letter, whatever its neighbours are, on a real worker and database.

Faults: messages of every odd kind; rows that a table refuses, few, many and all of them; a database
that is stopped; letters that cannot be written; a worker killed with -9. Promise: a message is a
row with exactly its values or a letter with its reason; tasks keep running where they can go on,
and fail with a sentence where they cannot. Check: all keys, values and letters.
"""

from __future__ import annotations

import json
import os
import random
import signal
import string
import struct
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from bootstrap.native.supervisor import Supervisor
from connectors.registrar.dead_letters import DeadLetter, DeadLetterTopic
from connectors.registrar.health import fetch_health
from connectors.registrar.watch.causes import Cause, classify
from tests.connectors.conftest import DEFAULTS, Cluster, until
from tests.plugin import oracle

pytestmark = pytest.mark.services

DECIMAL = {
    "type": "bytes",
    "name": oracle.DECIMAL,
    "parameters": {"scale": "2", "connect.decimal.precision": "18"},
}
PLAIN = {
    "type": "struct",
    "fields": [
        {"field": "id", "type": "string"},
        {"field": "n", "type": "int32"},
    ],
}
REFUSING = "id text primary key, n int check (n >= 0)"


def sink(cluster: Cluster, name: str, schema: Any, columns: str, **config: Any) -> str:
    """A table, and the file of a connector that fills it from one partition; returns the name."""
    cluster.sql(f"create table public.{name} ({columns})")
    cluster.sql(f"grant select, insert, update on public.{name} to connect_sink")
    letters = config.pop("letters", "{}")
    settings = {
        "connector.class": "pipeline.connect.IsolatingJdbcSinkConnector",
        "value.converter": "pipeline.connect.StrictJsonConverter",
        "value.converter.schemas.enable": None,
        "value.converter.schema.content": json.dumps(schema),
        "use.reduction.buffer": None,
        "tasks.max": 1,
        "topics": name,
        "collection.name.format": f"public.{name}",
        "errors.deadletterqueue.topic.name": f"{name}.dlq",
        "transforms.key.fields": "id",
        "primary.key.fields": "id",
        **config,
    }
    lines = [f"  {key}: {json.dumps(value)}" for key, value in settings.items()]
    topics = f"  {name}: {{partitions: 1}}\n  {name}.dlq: {{partitions: 1, config: {letters}}}\n"
    text = "\n".join([f"defaults: {DEFAULTS}", "config:", *lines, f"topics:\n{topics}"])
    (cluster.folder / f"{name}.yml").write_text(text)
    return name


def plain(key: str, number: Any) -> tuple[str, bytes]:
    return key, json.dumps({"id": key, "n": number}).encode()


def table(cluster: Cluster, name: str) -> dict[str, int]:
    return dict(cluster.sql(f"select id, n from {name}"))


def sent_letters(cluster: Cluster, name: str) -> list[DeadLetter]:
    """All of them, those that were sent twice included."""
    return list(DeadLetterTopic(cluster.kafka, f"{name}.dlq").read())


# --- odd messages --------------------------------------------------------------------------------

ODD = {
    "type": "struct",
    "fields": [
        {"field": "id", "type": "string"},
        {"field": "amount", **DECIMAL},
        {"field": "n", "type": "int32", "optional": True},
        {"field": "big", "type": "int64", "optional": True},
        {"field": "price", "type": "double", "optional": True},
        {"field": "flag", "type": "boolean", "optional": True},
        {"field": "note", "type": "string", "optional": True},
        {"field": "at", "type": "string", "name": oracle.ZONED, "optional": True},
        {"field": "ms", "type": "int64", "name": "io.debezium.time.Timestamp", "optional": True},
        {
            "field": "us",
            "type": "int64",
            "name": "io.debezium.time.MicroTimestamp",
            "optional": True,
        },
        {"field": "day", "type": "int32", "name": "io.debezium.time.Date", "optional": True},
        {"field": "uid", "type": "string", "name": "io.debezium.data.Uuid", "optional": True},
        {"field": "raw", "type": "bytes", "optional": True},
        # Debezium's sink takes a message without a name for a change event if it has this field.
        {"field": "op", "type": "string", "default": "c"},
    ],
}
ODD_COLUMNS = """id text primary key, amount numeric check (amount < 1e15), n int, big bigint,
price float8, flag boolean, note varchar(100), at timestamptz, ms timestamp, us timestamp, day date,
uid uuid, raw bytea, op text"""
# Years of psycopg's types end with 9999, and large epochs of Postgres are rounded.
EPOCH = """extract(epoch from date_trunc('second', {0}))
+ extract(microseconds from {0})::bigint % 1000000 / 1e6"""
ODD_VALUES = ", ".join(
    [
        *("id, amount::text, n, big, price, flag, note", *map(EPOCH.format, ("at", "ms", "us"))),
        "day - date '1970-01-01', uid::text, raw, op",
    ]
)
ODD_MESSAGES = [
    *("", ',"n":"abc"', ',"n":""', ',"n":true', ',"n":[1]', ',"n":4294967297', ',"n":1e10'),
    *(',"n":1.9', ',"n":1e40000000', ',"n":' + "1" * 5000, ',"n":-2147483648', ',"n":null'),
    *(',"big":2147483648', ',"big":-9223372036854775808', ',"big":9223372036854775808'),
    *(',"price":0.1', ',"price":1e400', ',"price":-1.7976931348623157e308', ',"price":"1"'),
    *(',"flag":"true"', ',"flag":false', ',"note":5', ',"note":{}', ',"note":"C:\\\\"'),
    *(',"note":"\\ud83d\\ude00"', ',"note":"\\ud800"', ',"note":"\\u0000"'),
    *(f',"note":"{"x" * 101}"', ',"unknown":1', ',"n":1,"n":1', ',"op":"c"', ',"op":"x"'),
    *(',"at":"2026-05-06T07:08:09.123456+02:00"', ',"at":"2026-05-06T07:08:09.1234567Z"'),
    *(',"at":"-4712-11-24T00:00:00Z"', ',"at":"-4712-11-23T23:59:59.999999Z"'),
    *(',"at":"+294276-12-31T23:59:59.999999Z"', ',"at":"+294277-01-01T00:00:00Z"'),
    *(',"at":"1582-10-10T00:00:00Z"', ',"at":"1000-02-28T23:59:59-18:00"', ',"at":"infinity"'),
    *(',"at":"0000-02-29T00:00Z"', ',"ms":-210866803200000', ',"ms":-210866803200001'),
    *(',"ms":9224318015999999', ',"ms":9224318016000000', ',"ms":-12219292800001'),
    *(',"us":-210866803200000000', ',"us":-210866803200000001', ',"us":9223372036854775807'),
    *(',"us":-1', ',"day":-2440222', ',"day":-2440589', ',"day":2145042541', ',"day":-719528'),
    *(',"uid":"00000000-0000-0000-0000-00000000000g"', ',"uid":"9B2D4F9E-6c1f-4c8e-8a55"'),
    *(',"uid":"9b2d4f9e-6c1f-4c8e-8a55-0d6f1b9e2a77"', ',"raw":"AAEC/w=="', ',"raw":"AAEC/w"'),
    *(',"raw":"~"', "}{", "} x", "}\0", "[", ",", ':"'),
]
ODD_AMOUNTS = ['"1234"', '"abcd"', "-0.01", "0.005", "1e15", "1234567890123456.78", "1E3", "1e-3"]


def odd() -> list[tuple[str, bytes | None]]:
    """Keys and values; most differ from a good message by what is put before its end."""
    found: list[tuple[str, bytes | None]] = [
        (f"o{i}", f'{{"id":"o{i}","amount":12.34{more}}}'.encode())
        for i, more in enumerate(ODD_MESSAGES)
    ]
    for i, text in enumerate(ODD_AMOUNTS):
        found.append((f"a{i}", f'{{"id":"a{i}","amount":{text}}}'.encode()))
    return [
        *found,
        ("tombstone", None),
        ("empty", b""),
        ("brackets", b"[" * 1500),
        ("long name", b'{"id":"x","amount":1,"' + b"n" * 60_000 + b'":1}'),
        ("utf-16", '{"id":"utf-16","amount":1}'.encode("utf-16")),
        ("bad utf-8", b'{"id":"bad utf-8","amount":1,"note":"\xff"}'),
        ("bom", b'\xef\xbb\xbf{"id":"bom","amount":1}'),
        ("no key", b'{"id":"","amount":1}'),
        ("null key", b'{"id":null,"amount":1}'),
        ("missing key", b'{"amount":1}'),
    ]


def odd_row(value: bytes | None) -> tuple[Any, ...] | None:
    """The row of a message, or None if it is a letter."""
    try:
        row = oracle.convert(ODD, value, oracle.Options())
    except oracle.Refused:
        return None
    if row is None or not row["id"] or Decimal(row["amount"]) >= Decimal("1e15"):
        return None
    if len(row["note"] or "") > 100:
        return None
    return (
        *(row["id"], row["amount"], row["n"], row["big"], _double(row["price"]), row["flag"]),
        *(row["note"], row["at"] and oracle.moment(row["at"]), _seconds(row["ms"], 3)),
        *(_seconds(row["us"], 6), row["day"], row["uid"], row["raw"] and bytes.fromhex(row["raw"])),
        row["op"],
    )


def _double(bits: str | None) -> float | None:
    return None if bits is None else struct.unpack(">d", bytes.fromhex(bits.zfill(16)))[0]


def _seconds(number: int | None, places: int) -> Decimal | None:
    return None if number is None else Decimal(number).scaleb(-places)


def test_odd_messages_meet_the_same_fate_alone_and_among_good_rows(cluster: Cluster) -> None:
    messages = odd()
    alone = sink(
        cluster, "odd_alone", ODD, ODD_COLUMNS,
        **{"batch.size": 1, "consumer.override.max.poll.records": 1},
    )  # fmt: skip
    among = sink(cluster, "odd_among", ODD, ODD_COLUMNS)
    cluster.register("apply")
    cluster.produce(alone, messages)
    good = [(f"g{i}", f'{{"id":"g{i}","amount":{i}}}'.encode()) for i in range(50)]
    mixed = [*good, *messages]
    random.Random(1).shuffle(mixed)
    cluster.produce(among, mixed)

    rows = {key: row for key, value in messages if (row := odd_row(value))}
    letters = {key for key, _ in messages} - rows.keys()
    assert min(len(rows), len(letters)) > 25
    until(lambda: len(odd_table(cluster, alone)) == len(rows))
    until(lambda: len(odd_table(cluster, among)) == len(rows) + len(good))
    for name in (alone, among):
        until(lambda name=name: len(cluster.letters(name)) == len(letters))  # type: ignore[misc]
        found = odd_table(cluster, name)
        assert {key: row for key, row in found.items() if not key.startswith("g")} == rows
        assert reasons(cluster, name).keys() == letters
        assert fetch_health(cluster.connect, name).running
    said = reasons(cluster, among).items()
    assert reasons(cluster, alone) == {key: text.replace(among, alone) for key, text in said}


def odd_table(cluster: Cluster, name: str) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row for row in cluster.sql(f"select {ODD_VALUES} from {name}")}


def reasons(cluster: Cluster, name: str) -> dict[str, str]:
    return {key(each): each.headers["exception.message"] for each in cluster.letters(name)}


def key(letter: DeadLetter) -> str:
    return (letter.message.key() or b"").decode()


# --- refused by the database ---------------------------------------------------------------------


def test_what_a_table_refuses_is_a_letter_and_each_key_has_its_last_good_version(
    cluster: Cluster,
) -> None:
    """However they share batches: an older version behind a refused newer one, and the reverse."""
    name = sink(cluster, "versions", PLAIN, REFUSING)
    cluster.register("apply")
    draw, records, last, refused = random.Random(2), [], {}, 0
    for number in range(3000):
        key = f"k{draw.randrange(400)}"
        bad = draw.random() < 0.02
        records.append(plain(key, -number - 1 if bad else number))
        refused += bad
        if not bad:
            last[key] = number
    cluster.produce(name, records)
    until(lambda: len(cluster.letters(name)) == refused and table(cluster, name) == last)
    for letter in cluster.letters(name):
        assert letter.headers["database.sqlstate"] == "23514"
        assert letter.headers["database.constraint"] == f"{name}_n_check"
        assert letter.headers["exception.message"] == (
            f'new row for relation "{name}" violates check constraint "{name}_n_check" '
            f"(SQLSTATE 23514, constraint {name}_n_check)"
        )
    assert len(sent_letters(cluster, name)) == refused
    assert fetch_health(cluster.connect, name).running


def test_a_key_that_its_value_contradicts_is_a_letter_where_deletes_come_by_key(
    cluster: Cluster,
) -> None:
    config = {
        "delete.enabled": "true",
        "transforms.key.type": "org.apache.kafka.connect.transforms.HoistField$Key",
        "transforms.key.field": "id",
        "transforms.key.fields": None,
    }
    name = sink(cluster, "hoisted", PLAIN, "id text primary key, n int", **config)
    cluster.sql(f"grant delete on {name} to connect_sink")
    cluster.register("apply")
    contradicting = ("kept", plain("other", 2)[1])
    cluster.produce(name, [plain("kept", 1), plain("gone", 1), contradicting, ("gone", None)])
    until(lambda: cluster.letters(name) and table(cluster, name) == {"kept": 1})
    [letter] = cluster.letters(name)
    assert "id: the message's key and its value differ" in letter.reason


def test_a_flood_of_refused_rows_holds_nothing_up(cluster: Cluster) -> None:
    name = sink(cluster, "flood", PLAIN, REFUSING)
    cluster.register("apply")
    bad = set(random.Random(3).sample(range(10_000), 2500))
    records = [plain(f"k{i}", -1 if i in bad else i) for i in range(10_000)]
    began = time.monotonic()
    cluster.produce(name, records)
    until(lambda: cluster.sql(f"select count(*) from {name}") == [(7500,)])
    until(lambda: len(sent_letters(cluster, name)) >= 2500, every=1)
    took = time.monotonic() - began
    assert len(cluster.letters(name)) == 2500
    # Halving every batch took 55 s.
    assert took < 25, took


def test_a_table_that_refuses_everything_does_not_drain_its_topic(cluster: Cluster) -> None:
    name = sink(cluster, "brake", PLAIN, REFUSING, **{"isolation.max.consecutive.refusals": 100})
    cluster.register("apply")
    records = [plain(f"k{i}", -1) for i in range(3000)]
    # First a few, which can be single bad ones: at no rate are more refused than the setting says.
    cluster.produce(name, records[:90])
    until(lambda: len(sent_letters(cluster, name)) == 90)
    cluster.produce(name, records[90:])
    until(lambda: fetch_health(cluster.connect, name).failed)
    health = fetch_health(cluster.connect, name)
    assert "more than 100 messages in a row were refused, and none was written" in health.cause
    assert "n_check" in health.failure
    # The watchdog restarts it, and looks for no refused record.
    assert classify(health.failure) is Cause.CONFIGURATION

    cluster.connect.restart(name, only_failed=False)
    until(lambda: fetch_health(cluster.connect, name).failed)
    assert len(sent_letters(cluster, name)) == 90

    cluster.sql(f"alter table {name} drop constraint {name}_n_check")
    cluster.connect.restart(name, only_failed=False)
    until(lambda: len(table(cluster, name)) == 3000 - 90)
    assert len(sent_letters(cluster, name)) == 90


def test_messages_that_all_break_the_contract_do_not_drain_their_topic_either(
    cluster: Cluster,
) -> None:
    name = sink(
        cluster, "contract_brake", PLAIN, REFUSING, **{"isolation.max.consecutive.refusals": 100}
    )
    cluster.register("apply")
    cluster.produce(name, [(f"k{i}", b'{"id":1}') for i in range(3000)])
    until(lambda: fetch_health(cluster.connect, name).failed)
    assert len(sent_letters(cluster, name)) == 100
    assert "none was written" in fetch_health(cluster.connect, name).cause


# --- outages -------------------------------------------------------------------------------------


def test_a_sink_waits_for_its_database_and_goes_on_at_once(cluster: Cluster) -> None:
    name = sink(cluster, "outage", PLAIN, REFUSING)
    cluster.register("apply")
    cluster.produce(name, [plain("before", 1)])
    until(lambda: table(cluster, name) == {"before": 1})
    with cluster.environment():
        Supervisor().stop("postgres")
        try:
            cluster.produce(name, [plain(f"k{i}", i) for i in range(500)])
            cluster.produce(name, [plain("bad", -1)])
            quiet = time.monotonic() + 2
            while time.monotonic() < quiet:
                assert fetch_health(cluster.connect, name).running
                time.sleep(0.2)
        finally:
            Supervisor().start("postgres")
    until(lambda: _accepts(cluster), every=0.02)
    back = time.monotonic()
    until(lambda: len(table(cluster, name)) > 1, every=0.02)
    took = time.monotonic() - back
    until(lambda: len(table(cluster, name)) == 501 and len(cluster.letters(name)) == 1)
    assert fetch_health(cluster.connect, name).running
    assert took < 5, took


def _accepts(cluster: Cluster) -> bool:
    try:
        return cluster.sql("select 1") == [(1,)]
    except psycopg.OperationalError:
        return False


def test_what_is_no_records_fault_fails_the_task_with_a_sentence(cluster: Cluster) -> None:
    name = sink(cluster, "nobody", PLAIN, REFUSING)
    cluster.register("apply")
    cluster.sql(f"revoke insert on {name} from connect_sink")
    cluster.produce(name, [plain("a", 1)])
    until(lambda: fetch_health(cluster.connect, name).failed)
    told = f"permission denied for table {name} (SQLSTATE 42501)"
    assert told in fetch_health(cluster.connect, name).failure
    cluster.sql(f"grant insert on {name} to connect_sink")
    cluster.sql(f"alter table {name} drop column n")
    cluster.connect.restart(name, only_failed=False)
    told = f"Cannot ALTER table 'public.{name}' because field 'n' is not optional"
    until(lambda: told in fetch_health(cluster.connect, name).failure)
    assert sent_letters(cluster, name) == []


# --- letters -------------------------------------------------------------------------------------


def test_a_letter_that_cannot_be_written_fails_the_task_and_is_not_passed_by(
    cluster: Cluster,
) -> None:
    name = sink(cluster, "unwritable", PLAIN, REFUSING, letters="{max.message.bytes: 2000}")
    cluster.register("apply")
    noise = "".join(random.Random(4).choices(string.printable, k=5000)).encode()
    cluster.produce(name, [("bad", noise), plain("good", 1)])
    until(lambda: fetch_health(cluster.connect, name).failed)
    assert (
        f"the dead letter of {name}-0@0 could not be written"
        in fetch_health(cluster.connect, name).cause
    )
    assert sum(cluster.connect.offsets(name).values()) == 0

    resource = ConfigResource(ResourceType.TOPIC, f"{name}.dlq")
    entry = ConfigEntry("max.message.bytes", "2097152", incremental_operation=AlterConfigOpType.SET)
    resource.add_incremental_config(entry)
    admin = AdminClient(dict(cluster.kafka.client))
    admin.incremental_alter_configs([resource])[resource].result(30)
    cluster.connect.restart(name, only_failed=False)
    until(lambda: table(cluster, name) == {"good": 1} and len(cluster.letters(name)) == 1)
    assert cluster.letters(name)[0].message.value() == noise


def test_a_message_of_megabytes_is_a_letter_like_any_other(cluster: Cluster) -> None:
    """Small in its topic, where it is compressed, and large for whoever sends it on."""
    name = sink(cluster, "megabytes", PLAIN, REFUSING, letters="{max.message.bytes: 2097152}")
    cluster.register("apply")
    converted = b'{"id": "large", "n": "' + b"0123456789" * 300_000 + b'"}'
    refused = b'{"id": "' + b"0123456789" * 100_000 + b'", "n": 1}'
    plain_text = "".join(random.Random(5).choices(string.ascii_letters, k=1_046_500)).encode()
    cluster.produce(name, [("a", converted), ("b", refused), ("c", plain_text), plain("good", 1)])
    until(lambda: table(cluster, name) == {"good": 1} and len(cluster.letters(name)) == 3)
    letters = {key(each): each for each in cluster.letters(name)}
    assert letters["a"].message.value() == converted
    assert letters["c"].message.value() == plain_text
    # A key too long for its index.
    assert letters["b"].headers["database.sqlstate"] == "54000"


@pytest.mark.slow
def test_rows_letters_and_offsets_agree_after_a_kill(cluster: Cluster) -> None:
    name = sink(cluster, "killed", PLAIN, REFUSING)
    cluster.register("apply")
    records = [plain(f"k{i}", -1 if i % 20 == 7 else i) for i in range(10_000)]
    records[::50] = [(key, b"broken") for key, _ in records[::50]]
    bad = {key for key, value in records if value == b"broken" or b"-1" in value}
    cluster.produce(name, records)
    until(lambda: table(cluster, name), every=0.01)
    with cluster.environment():
        os.kill(Supervisor().process("connect")["pid"], signal.SIGKILL)
    until(_answers(cluster))
    until(lambda: len(table(cluster, name)) == len(records) - len(bad))
    until(lambda: {key(each) for each in cluster.letters(name)} == bad)
    until(lambda: sum(cluster.connect.offsets(name).values()) == len(records))
    assert not bad & table(cluster, name).keys()


def _answers(cluster: Cluster) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            return fetch_health(cluster.connect, "killed").running
        except Exception:
            return False

    return answers
