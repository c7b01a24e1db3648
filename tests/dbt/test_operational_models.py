"""The models next to the data in Postgres: built by their own role, read by the unload's."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from tests.dbt.conftest import Dbt

pytestmark = pytest.mark.services


@pytest.fixture
def postgres(stack: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Settings of a running Postgres, which dbt in this process meets too."""
    for name, value in stack.items():
        monkeypatch.setenv(name, value)
    return stack


def connect(settings: dict[str, str], user: str, password: str) -> psycopg.Connection:
    return psycopg.connect(
        host=settings["POSTGRES_HOST"],
        port=int(settings["POSTGRES_PORT"]),
        dbname=settings["POSTGRES_DB"],
        user=user,
        password=settings[password],
        autocommit=True,
    )


def test_what_arrives_is_counted_live_and_ready_to_unload(
    postgres: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    dbt = Dbt(tmp_path_factory.mktemp("operational"))
    dbt("parse", "--target", "postgres", "--show-all-deprecations", "--warn-error")
    dbt("build", "--target", "postgres")
    run = uuid.uuid4().hex
    first, second = f"{run}-a", f"{run}-b"
    with connect(postgres, "unload", "UNLOAD_PASSWORD") as unload:
        counted = (
            "select coalesce(sum(transactions), 0), coalesce(sum(late_transactions), 0)"
            " from operational.transactions_per_minute"
        )
        before = unload.execute(counted).fetchone()
        with connect(postgres, "connect_sink", "CONNECT_SINK_PASSWORD") as sink:
            for key in (first, second, first):
                sink.execute(
                    'insert into transactions_sink (tx_id, user_id, amount, currency, "timestamp")'
                    " values (%s, 'u', 1, 'USD', now() - interval '2 days')"
                    " on conflict (tx_id) do update set amount = 2",
                    [key],
                )
        dbt("test", "--target", "postgres")
        after = unload.execute(counted).fetchone()
        assert before
        assert after == (before[0] + 2, before[1] + 2)
        rows = (
            "select tx_id, amount from operational.unload_transactions"
            " where tx_id = any(%s) order by ingest_xid"
        )
        assert unload.execute(rows, [[first, second]]).fetchall() == [(second, 1), (first, 2)]


def test_building_again_keeps_the_unload_able_to_read(
    postgres: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    Dbt(tmp_path_factory.mktemp("operational"))("run", "--target", "postgres")
    with connect(postgres, "unload", "UNLOAD_PASSWORD") as unload:
        unload.execute("select count(*) from operational.unload_transactions")
