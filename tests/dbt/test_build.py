"""`dbt build` holds where nothing has landed, with every test and unit test of the project."""

from __future__ import annotations

import pytest
from dbt.contracts.graph.manifest import Manifest

from tests.dbt.conftest import Dbt, Warehouse

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def built(warehouse: Warehouse, dbt: Dbt, manifest: Manifest) -> None:
    for source in manifest.sources.values():
        warehouse.query(f"drop table if exists PIPELINE.RAW.{source.identifier}")
    dbt("build")


@pytest.mark.usefixtures("built")
def test_a_feed_of_which_nothing_has_landed_is_an_empty_source(
    warehouse: Warehouse, manifest: Manifest
) -> None:
    for source in manifest.sources.values():
        table = f"RAW.{source.identifier}"
        assert set(warehouse.columns(table)) == {name.upper() for name in source.columns}
        assert warehouse.query(f"select count(*) from PIPELINE.{table}") == [(0,)]


@pytest.mark.usefixtures("built")
def test_a_column_that_a_block_gained_can_be_read_before_the_next_landing(
    warehouse: Warehouse, dbt: Dbt
) -> None:
    table = "PIPELINE.RAW.USER_REGISTRATIONS"
    warehouse.query(f"alter table {table} drop column age")
    warehouse.query(f"insert into {table} (user_id) values ('u')")
    dbt("run", "--select", "stg_user_registrations")
    assert warehouse.query("select user_id, age from PIPELINE.STAGING.STG_USER_REGISTRATIONS") == [
        ("u", None)
    ]
    warehouse.query(f"delete from {table}")


@pytest.mark.usefixtures("built")
def test_every_column_is_described_under_its_own_name(
    warehouse: Warehouse, manifest: Manifest
) -> None:
    wrong = {}
    for node in manifest.nodes.values():
        if node.resource_type.value in ("model", "seed", "snapshot"):
            described = {name.upper() for name in node.columns}
            if difference := described ^ set(warehouse.columns(f"{node.schema}.{node.name}")):
                wrong[node.name] = difference
    assert wrong == {}


@pytest.mark.usefixtures("built")
def test_the_docs_know_every_column_and_its_type(dbt: Dbt, manifest: Manifest) -> None:
    catalog = dbt("docs", "generate").nodes
    for name, node in manifest.nodes.items():
        if node.resource_type.value in ("model", "seed", "snapshot"):
            found = {column.upper(): told.type for column, told in catalog[name].columns.items()}
            assert found.keys() == {column.upper() for column in node.columns}, name
            assert all(found.values()), name


@pytest.mark.usefixtures("built")
def test_without_facts_the_dimensions_still_have_their_unknown_members(
    warehouse: Warehouse,
) -> None:
    for dimension in ("USERS", "MERCHANTS", "CATEGORIES", "CURRENCIES", "DATES"):
        unknown = f"select count(*) from PIPELINE.MARTS.DIM_{dimension} where is_unknown"
        assert warehouse.query(unknown) == [(1,)], dimension
    assert warehouse.query("select count(*) from PIPELINE.MARTS.FCT_TRANSACTIONS") == [(0,)]
