"""The identity of a Postgres database, and up to which transaction its rows are final."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

import settings

#: Grows whenever a server is promoted: after a restore to a point in time, or a failover. Ids of
#: transactions may then be used a second time. The last checkpoint has it too, but later.
TIMELINE = """
case when pg_is_in_recovery() then (select timeline_id from pg_control_checkpoint())
  else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int end
"""

#: Everything that holds back the horizon: its start, and what to look for to end it.
OPEN_TRANSACTIONS = """
select xact_start as since, 'pid ' || pid || ', role ' || coalesce(usename, '-')
  || ', ' || coalesce(nullif(application_name, ''), 'no application name') as who
from pg_stat_activity where backend_xid is not null
union all
select prepared, 'prepared transaction ' || gid from pg_prepared_xacts
"""


@dataclass(frozen=True)
class OpenTransaction:
    """A transaction for whose end committed rows wait to land.

    Attributes:
        seconds: since it began.
        who: its process, role and application, or the name it was prepared under.
    """

    seconds: int
    who: str


@dataclass(frozen=True)
class Snapshot:
    """One view of the database, in which nothing changes while rows are read.

    Attributes:
        database: identity of the history that its transaction ids belong to.
        cluster: the same without the timeline.
        horizon: every transaction below it has ended, so no row below it can appear any more
            (pg_snapshot_xmin, https://www.postgresql.org/docs/current/functions-info.html).
        next_xid: no transaction has this id or a higher one yet.
        oldest: what holds back the horizon; None if nothing does.
    """

    database: str
    cluster: str
    horizon: int
    next_xid: int
    oldest: OpenTransaction | None


def connect_from_env() -> psycopg.Connection:
    """A connection with the read-only role `unload`.

    Raises:
        psycopg.OperationalError: the server is unreachable or refuses the password.
        SettingError: a setting that it takes is missing.
    """
    return psycopg.connect(
        host=settings.get("POSTGRES_HOST"),
        port=settings.port("POSTGRES_PORT"),
        dbname=settings.get("POSTGRES_DB"),
        user="unload",
        password=settings.get("UNLOAD_PASSWORD"),
        connect_timeout=10,
        application_name="landing",
    )


def oldest_transaction(connection: psycopg.Connection) -> OpenTransaction | None:
    """The transaction that has held back the horizon for longest; None if none does.

    Raises:
        psycopg.Error: the server is unreachable.
    """
    found = connection.execute(
        "select extract(epoch from now() - since)::int, who"
        f" from ({OPEN_TRANSACTIONS}) as open order by since limit 1"
    ).fetchone()
    return OpenTransaction(*found) if found else None


@contextmanager
def snapshot(connection: psycopg.Connection) -> Iterator[Snapshot]:
    """A read-only REPEATABLE READ transaction; all reads inside see the same rows.

    Raises:
        psycopg.Error: the server is unreachable.
    """
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        connection.execute("set local timezone to 'UTC'")
        # The first query fixes the snapshot, so the horizon belongs to the rows read after it.
        found = connection.execute(
            "select (select system_identifier from pg_control_system())"
            " || '/' || current_database(),"
            f" {TIMELINE},"
            " pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        ).fetchone()
        assert found is not None
        cluster, timeline, horizon, next_xid = found
        database = cluster if timeline == 1 else f"{cluster}/{timeline}"
        oldest = oldest_transaction(connection)
        yield Snapshot(database, cluster, horizon, next_xid, oldest)
