"""The audit names hop, key, column and both values of whatever was changed, wherever it happens."""

from __future__ import annotations

import pytest

from tests.audit.conftest import SUMMARY, Chain
from tests.audit.test_audit import FILES_TO_FACTS, FILES_TO_RAW, TO_FACTS, TO_RAW, TO_SINK, Damage

pytestmark = [pytest.mark.services, pytest.mark.timeout(1800)]

RAW = "RAW.TRANSACTIONS_STREAMING_KAFKA"
FACTS = "MARTS.FCT_TRANSACTIONS"


def amount_of_first(chain: Chain) -> tuple[str, str]:
    """Key and amount of a transaction that no file has."""
    [(key,)] = chain.warehouse(f"select min(tx_id) from {FACTS} where not is_in_file")
    [(amount,)] = chain.postgres(
        f"select trim_scale(amount)::text from transactions_sink where tx_id = '{key}'"
    )
    return key, amount


def test_a_value_changed_in_the_sink_is_named(chain: Chain) -> None:
    key, amount = amount_of_first(chain)
    # As no trigger sees it: the version keeps its transaction id.
    change = "set session_replication_role = replica; update transactions_sink set amount = {}"
    chain.postgres(f"{change.format('amount + 0.01')} where tx_id = '{key}'")
    try:
        found = chain.differences()
    finally:
        chain.postgres(f"{change.format(amount)} where tx_id = '{key}'")
    assert found.keys() == {TO_SINK, TO_RAW}
    [named] = found[TO_SINK]
    assert named.startswith(f"{key}: amount is '{amount}' in the topic and '")
    assert named.endswith("' in public.transactions_sink")
    assert f"{float(amount):.6f}' in RAW" in found[TO_RAW][0]


def test_a_value_changed_in_raw_is_named(chain: Chain, damage: Damage) -> None:
    key, _ = amount_of_first(chain)
    damage(RAW, f"update {RAW} set merchant = null, amount = 0 where tx_id = '{key}'")
    found = chain.differences()
    assert found.keys() == {TO_RAW, TO_FACTS}
    for hop in found.values():
        [named] = hop
        assert named.startswith(f"{key}: ")
        assert "amount is '" in named
        assert "merchant is " in named


def test_a_value_of_a_file_changed_in_raw_is_named(chain: Chain, damage: Damage) -> None:
    table, file = "RAW.TRANSACTIONS_BATCH_CSV", "transactions_2026_09.csv"
    row = f"source_file = '{file}' and source_row = 7"
    [(key,)] = chain.warehouse(f"select tx_id from {table} where {row}")
    damage(table, f"update {table} set amount = amount + 1, user_id = 'other' where {row}")
    found = chain.differences()
    assert found.keys() == {FILES_TO_RAW, FILES_TO_FACTS}
    [of_file], [of_fact] = found[FILES_TO_RAW], found[FILES_TO_FACTS]
    assert of_file.startswith(f"{file} row 7: user_id is '")
    assert "' in the file and 'other' in RAW.TRANSACTIONS_BATCH_CSV; amount is '" in of_file
    assert of_fact.startswith(f"{key}: user_id is 'other' in RAW.TRANSACTIONS_BATCH_CSV and '")


def test_a_value_changed_in_the_mart_is_named(chain: Chain, damage: Damage) -> None:
    key, _ = amount_of_first(chain)
    damage(FACTS, f"update {FACTS} set currency = 'XXX' where tx_id = '{key}'")
    [named] = chain.differences()[TO_FACTS]
    assert named.startswith(f"{key}: currency is '")
    assert named.endswith(" and 'XXX' in marts.fct_transactions")


def test_values_are_masked_where_a_setting_says_so(
    chain: Chain, damage: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _ = amount_of_first(chain)
    damage(RAW, f"update {RAW} set amount = 0 where tx_id = '{key}'")
    monkeypatch.setitem(chain.settings, "AUDIT_VALUES", "masked")
    assert chain.differences()[TO_RAW] == [f"{key}: amount (values are masked)"]


def test_a_row_without_a_key_is_named_and_ends_nothing(chain: Chain) -> None:
    chain.postgres("insert into transactions_sink (tx_id, user_id) values ('', 'nobody')")
    try:
        assert chain.differences() == {TO_SINK: ["(an empty key)"]}
    finally:
        chain.postgres("delete from transactions_sink where tx_id = ''")


def test_rows_older_than_the_topic_are_said_to_be_so_and_are_no_difference(chain: Chain) -> None:
    """As after a topic was deleted and created again."""
    columns, values = "tx_id, user_id, ingested_at", "'old', 'nobody', '2020-01-01'"
    chain.postgres(f"insert into transactions_sink ({columns}) values ({values})")
    try:
        answer = chain.audit()
    finally:
        chain.postgres("delete from transactions_sink where tx_id = 'old'")
    assert answer["ok"], answer
    notes = [note for hop in answer["hops"] if hop["hop"] == TO_SINK for note in hop["notes"]]
    assert any(note.startswith("1 rows of public.transactions_sink are older") for note in notes)


def test_a_summary_that_is_not_the_sum_of_its_facts_is_named(chain: Chain) -> None:
    chain.warehouse(f"create table {SUMMARY} clone {SUMMARY}_BUILT")
    try:
        [(day, merchant)] = chain.warehouse(
            f"select transaction_date, merchant_key from {SUMMARY} order by 1, 2 limit 1"
        )
        group = f"transaction_date = '{day}' and merchant_key = '{merchant}'"
        chain.warehouse(f"update {SUMMARY} set spending = spending + 1 where {group}")
        [named] = chain.differences()[f"facts -> {SUMMARY.lower()}"]
    finally:
        chain.warehouse(f"drop table {SUMMARY}")
    assert named.startswith(f"{day} / {merchant}: spending is '")
