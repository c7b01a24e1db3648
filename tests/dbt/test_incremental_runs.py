"""However rows come in, incremental runs end at the tables that one full refresh builds.

Fault: loads of all feeds arrive in random order, with resent rows, new versions that move a
transaction to another day, user, merchant or currency, registrations of the past, corrected files,
loads that become visible after younger ones, and reference data that changes between two runs.
Promise: after any number of runs each mart equals, to the byte, what a full refresh builds from the
same raw tables, also when the snapshot is gone; only the times of building differ.
"""

from __future__ import annotations

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


@pytest.mark.parametrize("seed", [1])
def test_any_order_of_loads_ends_at_the_tables_of_a_full_refresh(
    warehouse: Warehouse, dbt: Dbt, manifest: Manifest, seed: int
) -> None:
    loads = Loads(seed)
    dbt("seed")
    warehouse.query("delete from PIPELINE.STAGING.CATEGORIES where category = 'rent'")
    for run in range(4):
        for _ in range(loads.random.randrange(2, 7)):
            warehouse.insert(*loads.one())
        if run == 2:
            dbt("seed")
            warehouse.query(
                "update PIPELINE.STAGING.CURRENCY_RATES set usd_per_unit = 2 * usd_per_unit"
                " where currency_code = 'EUR' and rate_date >= '2026-09-01'"
            )
        dbt("build", *MODELS)
    incremental = contents(warehouse, manifest)

    warehouse.query("drop table PIPELINE.SNAPSHOTS.USER_REGISTRATIONS_SNAPSHOT")
    dbt("build", *MODELS, "--full-refresh")
    refreshed = contents(warehouse, manifest)

    assert len(refreshed["MARTS.FCT_TRANSACTIONS"]) == len(loads.transactions)
    for table, rows in refreshed.items():
        assert incremental[table] == rows, table
