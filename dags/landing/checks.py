"""Whether a landing can work: each thing it needs is tried, and what is wrong is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import snowflake.connector
from snowflake.connector import SnowflakeConnection

from .feeds import Feed, FileFeed, StreamFeed
from .snowflake import rows


@dataclass(frozen=True)
class Fault:
    """Something that does not work, and whether time may heal it."""

    text: str
    may_heal: bool = False


#: What a driver's message contains -> what it means, and what to do.
AWAY = {
    "Connection refused": "nobody listens there: is it up? `make status` tells",
    "timeout expired": "no answer in time: is a firewall between?",
    "starting up": "it is starting",
    "shutting down": "it is stopping",
    "Could not connect to Snowflake backend": "nobody answers there: is it up? `make status` tells",
}
WRONG = {
    "failed to resolve host": "no such host: check its name",
    "could not translate host name": "no such host: check its name",
    "Name or service not known": "no such host: check its name",
    "password authentication failed": "wrong user or password",
    "Incorrect username or password": "wrong user or password",
    "does not exist or not authorized": "not there, or the role may not use it",
    "does not exist": "not there",
    "Password is empty": "no password and no key is set",
    "JWT token is invalid": "the key does not belong to this user",
}


class CheckError(Exception):
    """Something a landing needs is not there; the text has a line for each such thing.

    may_heal: all of it is something that time may heal.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(fault.text for fault in faults))
        self.may_heal = all(fault.may_heal for fault in faults)


def check_all(
    postgres: Callable[[], psycopg.Connection],
    target: Callable[[], SnowflakeConnection],
    folder: Path,
    feeds: Sequence[Feed],
) -> None:
    """Try everything at once, and go on when one thing fails.

    Raises:
        CheckError: with what fails and why.
    """
    jobs = [
        lambda: list(_postgres_faults(postgres, feeds)),
        lambda: list(_snowflake_faults(target, feeds)),
        lambda: list(_folder_faults(folder, feeds)),
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        faults = [fault for found in pool.map(lambda job: job(), jobs) for fault in found]
    if faults:
        raise CheckError(faults)


def _fault(system: str, error: Exception) -> Fault:
    """A driver's message in one line, and what it means where that is known."""
    text = " ".join(str(error).split())
    for causes, may_heal in ((WRONG, False), (AWAY, True)):
        for sign, meaning in causes.items():
            if sign in text:
                return Fault(f"{system}: {meaning} ({text})", may_heal)
    return Fault(f"{system}: {text}")


def _postgres_faults(
    connect: Callable[[], psycopg.Connection], feeds: Sequence[Feed]
) -> Iterator[Fault]:
    try:
        connection = connect()
    except psycopg.Error as error:
        yield _fault("Postgres", error)
        return
    with closing(connection):
        for feed in feeds:
            if isinstance(feed, StreamFeed):
                # A view that is not there yet is made by the run itself.
                found = connection.execute(
                    "select has_schema_privilege(split_part(%s, '.', 1), 'usage')"
                    " and coalesce(has_table_privilege(to_regclass(%s), 'select'), true)",
                    [feed.relation, feed.relation],
                ).fetchone()
                if not found or not found[0]:
                    user = connection.info.user
                    yield Fault(f"Postgres: the role {user} may not read {feed.relation}.")


def _snowflake_faults(
    connect: Callable[[], SnowflakeConnection], feeds: Sequence[Feed]
) -> Iterator[Fault]:
    try:
        with closing(connect()) as connection:
            yield from _missing_objects(connection, feeds)
    except snowflake.connector.Error as error:
        yield _fault("Snowflake", error)


def _missing_objects(connection: SnowflakeConnection, feeds: Sequence[Feed]) -> Iterator[Fault]:
    """What was made once and is gone. What was never made is made by the run itself."""
    [(database,)] = rows(connection, "select current_database()")
    if not database:
        yield Fault("Snowflake: the database is not there, or the role may not use it.")
        return
    for schema in sorted({feed.schema for feed in feeds}):
        there = {row[1] for row in rows(connection, f"show tables in schema {database}.{schema}")}
        if "FEEDS" not in there:
            continue
        made = {row[0] for row in rows(connection, f"select feed from {schema}.FEEDS")}
        stages = {row[1] for row in rows(connection, f"show stages in schema {database}.{schema}")}
        for feed in feeds:
            for kind, name, known in (("table", feed.table, there), ("stage", feed.stage, stages)):
                if feed.schema == schema and feed.name in made and name not in known:
                    yield Fault(
                        f"Snowflake: the {kind} {schema}.{name} is gone. To make it again: "
                        "cd dbt_project && uv run dbt run-operation ensure_landing"
                    )


def _folder_faults(folder: Path, feeds: Sequence[Feed]) -> Iterator[Fault]:
    if not any(isinstance(feed, FileFeed) for feed in feeds):
        return
    if not folder.is_dir():
        yield Fault(f"Files: {folder} is not a folder: create it, or set INCOMING_DIR.")
    elif not os.access(folder, os.R_OK | os.X_OK):
        yield Fault(f"Files: {folder} may not be read by this user: change its permissions.")
