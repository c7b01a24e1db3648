"""However rows come in, incremental runs end at the tables that one full refresh builds.

Fault: loads of all feeds arrive in random order, with resent rows, new versions that move a
transaction to another day, user, merchant or currency, registrations of the past, corrected files,
loads that become visible after younger ones, and reference data that changes between two runs.
Promise: after any number of runs each mart equals, to the byte, what a full refresh builds from the
same raw tables, also when the snapshot is gone; only the times of building differ. A run builds
what new rows touch and nothing else, and nothing at all when nothing landed.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from dbt.contracts.graph.manifest import Manifest

from tests.dbt.conftest import Dbt, Warehouse
from tests.dbt.loads import Loads

pytestmark = pytest.mark.services

#: Tell when dbt built or learned something, so they differ from run to run.
LOAD_TIMES = {
    "TRANSFORMED_AT",
    "SOURCE_TRANSFORMED_AT",
    "FACTS_TRANSFORMED_AT",
    "KNOWN_AT",
    "USER_KNOWN_AT",
    "SEEN_AT",
    "LOADS_SEEN_AT",
}
#: What an incremental model builds again as a whole.
GROUPS = {
    "INTERMEDIATE.INT_TRANSACTIONS": "TX_ID",
    "MARTS.FCT_TRANSACTIONS": "TX_ID",
    "MARTS.FCT_DAILY_TRANSACTIONS": "TRANSACTION_DATE",
    "MARTS.FCT_DAILY_MERCHANTS": "TRANSACTION_DATE",
    "MARTS.FCT_USER_TOTALS": "USER_ID",
}
MODELS = ("--exclude-resource-type", "test", "unit_test", "seed")


def tables(manifest: Manifest) -> list[str]:
    return sorted(
        f"{node.schema}.{node.name}".upper()
        for node in manifest.nodes.values()
        if node.resource_type.value == "model" and node.fqn[1] in ("intermediate", "marts")
    )


def contents(warehouse: Warehouse, manifest: Manifest) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for table in tables(manifest):
        columns = [c for c in warehouse.columns(table) if c not in LOAD_TIMES]
        rows = warehouse.query(f"select {', '.join(columns)} from PIPELINE.{table}")
        found[table] = sorted(rows, key=repr)
    return found


def built(warehouse: Warehouse) -> dict[str, dict[str, object]]:
    """Table -> group -> when it was built."""
    query = "select {0}::text, min(transformed_at) from PIPELINE.{1} group by 1"
    return {t: dict(warehouse.query(query.format(key, t))) for t, key in GROUPS.items()}


def built_since(warehouse: Warehouse, before: dict[str, dict[str, object]]) -> dict[str, set[str]]:
    """Table -> groups that were built again."""
    now = built(warehouse)
    return {t: {k for k, at in now[t].items() if before[t].get(k) != at} for t in GROUPS}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.slow
def test_any_order_of_loads_ends_at_the_tables_of_a_full_refresh(
    warehouse: Warehouse, dbt: Dbt, manifest: Manifest, seed: int
) -> None:
    dbt = replace(dbt, manifest=manifest)
    loads = Loads(seed)
    warehouse.create_raw_tables(manifest)
    warehouse.query("drop table if exists PIPELINE.SNAPSHOTS.USER_REGISTRATIONS_SNAPSHOT")
    dbt("seed")
    warehouse.query("delete from PIPELINE.STAGING.CATEGORIES where category = 'rent'")
    for run in range(3):
        for _ in range(loads.random.randrange(2, 7)):
            warehouse.insert(*loads.one())
        if run == 2:
            dbt("seed")
            warehouse.query(
                "update PIPELINE.STAGING.CURRENCY_RATES set usd_per_unit = 2 * usd_per_unit"
                " where currency_code = 'EUR' and rate_date >= '2026-09-01'"
            )
        dbt("build", *MODELS, *([] if run else ["--full-refresh"]))

    before = built(warehouse)
    dbt("build", *MODELS)
    assert built_since(warehouse, before) == {table: set() for table in GROUPS}

    keys = {*loads.transactions, "tx_of_its_own"}
    table, [row, *_] = loads.stream()
    row[0], row[1], row[6] = "tx_of_its_own", "user of its own", "2026-12-24 12:00:00"
    # Landed long ago, by its time: the clock was put back.
    row[8] = "2026-01-01 00:00:00"
    warehouse.insert(table, [row])
    dbt("build", *MODELS)
    assert built_since(warehouse, before) == {
        "INTERMEDIATE.INT_TRANSACTIONS": {"tx_of_its_own"},
        "MARTS.FCT_TRANSACTIONS": {"tx_of_its_own"},
        "MARTS.FCT_DAILY_TRANSACTIONS": {"2026-12-24"},
        "MARTS.FCT_DAILY_MERCHANTS": {"2026-12-24"},
        "MARTS.FCT_USER_TOTALS": {"user of its own"},
    }
    incremental = contents(warehouse, manifest)

    warehouse.query("drop table PIPELINE.SNAPSHOTS.USER_REGISTRATIONS_SNAPSHOT")
    dbt("build", *MODELS, "--full-refresh")
    refreshed = contents(warehouse, manifest)

    assert {row[0] for row in refreshed["MARTS.FCT_TRANSACTIONS"]} == keys
    for table, rows in refreshed.items():
        assert incremental[table] == rows, table
