"""Whether a landing can work: each thing it needs is tried, and what is wrong is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import snowflake.connector
from snowflake.connector import SnowflakeConnection

from .feeds import Feed, FileFeed, StreamFeed
from .snowflake import rows

#: What a driver's message contains -> what it means, and what to do.
CAUSES = {
    "could not translate host name": "no such host: check the host's name",
    "nodename nor servname": "no such host: check the host's name",
    "Name or service not known": "no such host: check the host's name",
    "Connection refused": "nobody listens there: is it up? `make status` tells",
    "timeout expired": "no answer in time: is a firewall between?",
    "password authentication failed": "wrong user or password",
    "Incorrect username or password": "wrong user or password",
    "does not exist or not authorized": "not there, or the role may not use it",
    "Could not connect to Snowflake backend": "nobody answers there: is it up? `make status` tells",
    "Password is empty": "no password and no key is set",
    "JWT token is invalid": "the key does not belong to this user",
    "database": "no such database",
}


class CheckError(Exception):
    """Something a landing needs is not there; the text has a line for each such thing."""


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
        raise CheckError("\n".join(faults))


def cause(error: Exception) -> str:
    """A driver's message in one line, and what it means where that is known."""
    text = " ".join(str(error).split())
    for sign, meaning in CAUSES.items():
        if sign in text:
            return f"{meaning} ({text})"
    return text


def _postgres_faults(
    connect: Callable[[], psycopg.Connection], feeds: Sequence[Feed]
) -> Iterator[str]:
    try:
        connection = connect()
    except psycopg.Error as error:
        yield f"Postgres: {cause(error)}"
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
                    yield f"Postgres: the role {user} may not read {feed.relation}: grant select."


def _snowflake_faults(
    connect: Callable[[], SnowflakeConnection], feeds: Sequence[Feed]
) -> Iterator[str]:
    try:
        with closing(connect()) as connection:
            yield from _missing_objects(connection, feeds)
    except snowflake.connector.Error as error:
        yield f"Snowflake: {cause(error)}"


def _missing_objects(connection: SnowflakeConnection, feeds: Sequence[Feed]) -> Iterator[str]:
    """What was made once and is gone. What was never made is made by the run itself."""
    [(database,)] = rows(connection, "select current_database()")
    if not database:
        yield "Snowflake: the database is not there, or the role may not use it."
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
                    yield (
                        f"Snowflake: the {kind} {schema}.{name} is gone. To make it again: "
                        "cd dbt_project && uv run dbt run-operation ensure_landing"
                    )


def _folder_faults(folder: Path, feeds: Sequence[Feed]) -> Iterator[str]:
    if not any(isinstance(feed, FileFeed) for feed in feeds):
        return
    if not folder.is_dir():
        yield f"Files: {folder} is not a folder: create it, or set INCOMING_DIR."
    elif not os.access(folder, os.R_OK | os.X_OK):
        yield f"Files: {folder} may not be read by this user: change its permissions."
