"""A Postgres and a Snowflake database of the running stack for measurements; dropped afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from psycopg import sql

import settings
from bootstrap.postgres import provision
from dags.landing import snowflake

RAW_TABLE = "RAW.TRANSACTIONS_STREAMING_KAFKA"

# Columns as they vary in practice: keys without order, few currencies, some merchants unknown.
_FILL = """
insert into transactions_sink (tx_id, user_id, amount, currency, merchant, category, "timestamp")
select md5(g::text), 'user_' || g %% 10007, (g %% 1000000) / 100.0,
  (array['USD', 'EUR', 'GBP', 'JPY', 'THB'])[1 + g %% 5],
  case when g %% 50 > 0 then 'Merchant, No. ' || g %% 5003 end,
  (array['groceries', 'dining', 'travel', 'health'])[1 + g %% 4],
  timestamptz '2026-01-01' + g * interval '1 second'
from generate_series(%s::bigint, %s::bigint) g
"""


@dataclass
class Databases:
    """The pair of databases of one name.

    Attributes:
        rows: how many are in the sink table.
    """

    name: str
    rows: int = 0

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """Point everything that reads the settings to these databases."""
        chosen = {"POSTGRES_DB": self.name, "SNOWFLAKE_DATABASE": self.name.upper()}
        before = {name: settings.get(name) for name in chosen}
        os.environ |= chosen
        try:
            yield
        finally:
            os.environ |= before

    def fill(self, rows: int) -> None:
        """Grow the sink table by so many rows, in one transaction."""
        with provision.connect(self.name) as connection:
            connection.execute(_FILL, [self.rows + 1, self.rows + rows])
            connection.execute("vacuum analyze transactions_sink")
        self.rows += rows

    def snowflake(self, *statements: str) -> None:
        """Run statements in the Snowflake database."""
        with self.chosen(), closing(snowflake.connect_from_env()) as connection:
            for statement in statements:
                snowflake.rows(connection, statement)

    def count(self, table: str) -> int:
        """Number of rows of a table in the Snowflake database."""
        with self.chosen(), closing(snowflake.connect_from_env()) as connection:
            return int(snowflake.rows(connection, f"select count(*) from {table}")[0][0])


@contextmanager
def databases(name: str, rows: int = 0) -> Iterator[Databases]:
    """Both databases, with the sink table, the view that is unloaded, and so many rows.

    Raises:
        SettingError: Snowflake is a real account, which a measurement must not fill.
    """
    if not settings.snowflake_is_local():
        raise settings.SettingError(
            "The bench lands into the local Snowflake: set SNOWFLAKE_ACCOUNT=local."
        )
    pair = Databases(name)
    _drop(pair)
    with pair.chosen():
        provision.apply()
        pair.snowflake(f"create database {name}", f"create schema {name}.RAW")
        with provision.connect(name) as connection:
            connection.execute(
                "set role dbt_operational; create view operational.unload_transactions as"
                " select * from public.transactions_sink; reset role"
            )
        try:
            if rows:
                pair.fill(rows)
            yield pair
        finally:
            _drop(pair)


def _drop(pair: Databases) -> None:
    with provision.connect("postgres") as server:
        server.execute(
            sql.SQL("drop database if exists {} (force)").format(sql.Identifier(pair.name))
        )
    pair.snowflake(f"drop database if exists {pair.name}")
