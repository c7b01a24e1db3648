"""Whether a landing can work: each thing it needs is tried, and what is wrong is named."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import snowflake.connector
from snowflake.connector import SnowflakeConnection

from settings.errors import ExpectedError

from . import notices
from .feeds import Feed, FileFeed, StreamFeed
from .macros import MacroError
from .snowflake import rows
from .stores.address import store_at
from .stores.store import StoreError
from .untaken import every_untaken

log = logging.getLogger(__name__)

#: What a fault can stop as a whole, besides one feed.
POSTGRES, SNOWFLAKE, FILES = "Postgres", "Snowflake", "Files"


@dataclass(frozen=True)
class Fault:
    """Something that does not work.

    Attributes:
        stops: a system or a feed; SNOWFLAKE stops all, because everything lands there.
        text: what is wrong and what to do.
        transient: it may go away without a person's help.
    """

    stops: str
    text: str
    transient: bool = False


#: Tables that every feed needs, besides its own.
SHARED_TABLES = ("LANDED_FILES", "QUARANTINE")

#: What a driver's message contains -> what it means, and what to do.
TRANSIENT = {
    "Connection refused": "nothing listens there: is it up? `make status` says so",
    "Read timed out": "no answer in time (SNOWFLAKE_TIMEOUT): is it up? `make status` says so",
    "Session no longer exists": "the server was restarted meanwhile: run it again",
    "timeout expired": "no answer in time: is a firewall in the way?",
    "starting up": "it is starting",
    "shutting down": "it is stopping",
    "Could not connect to Snowflake backend": "no answer: is it up? `make status` says so",
}
NO_HOST = "no such host: check its name"
PERMANENT = {
    "404 Not Found": "no such account: check SNOWFLAKE_ACCOUNT",
    "No active warehouse": "the warehouse does not exist, or the role may not use it: "
    "check SNOWFLAKE_WAREHOUSE",
    "Insufficient privileges": "the role lacks a privilege",
    "permission denied": "the role lacks a privilege",
    "failed to resolve host": NO_HOST,
    "could not translate host name": NO_HOST,
    "Name or service not known": NO_HOST,
    "password authentication failed": "wrong user or password",
    "Incorrect username or password": "wrong user or password",
    "does not exist or not authorized": "it does not exist, or the role may not use it",
    "does not exist": "it does not exist",
    "Password is empty": "no password and no key is set",
    "JWT token is invalid": "the key does not belong to this user",
}


class CheckError(ExpectedError):
    """Something that a landing needs does not work; the text has a line for each such thing.

    Attributes:
        transient: all of it may go away without a person's help.
        stopped: what cannot go on -> why; keys are POSTGRES, SNOWFLAKE, FILES and names of feeds.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(fault.text for fault in faults))
        self.transient = all(fault.transient for fault in faults)
        self.stopped: dict[str, str] = {}
        for fault in faults:
            before = self.stopped.get(fault.stops)
            self.stopped[fault.stops] = f"{before}\n{fault.text}" if before else fault.text


def check_all(
    postgres: Callable[[], psycopg.Connection],
    target: Callable[[], SnowflakeConnection],
    folder: Path,
    feeds: Sequence[Feed],
) -> None:
    """Try everything that a landing needs, all at once, whether or not other parts fail.

    Files that no feed takes, and the feeds' notices, are named in the log: they stop nothing.

    Args:
        postgres: connects to the source.
        target: connects to Snowflake.

    Raises:
        CheckError: with everything that fails, and why.
    """
    jobs = [
        lambda: list(_postgres_faults(postgres, feeds)),
        lambda: list(_snowflake_faults(target, feeds)),
        lambda: list(_folder_faults(folder, feeds)),
        lambda: list(_store_faults(feeds)),
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        faults = [fault for found in pool.map(lambda job: job(), jobs) for fault in found]
    stopped = {fault.stops for fault in faults}
    for sentence in every_untaken(folder, [feed for feed in feeds if feed.name not in stopped]):
        log.warning("%s", sentence)
    if faults:
        raise CheckError(faults)


@contextmanager
def explained_errors() -> Iterator[None]:
    """Around work with both databases: errors of their drivers and of dbt, with what they mean.

    Raises:
        CheckError: in place of such an error.
    """
    try:
        yield
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
        raise CheckError([_fault(POSTGRES, error)]) from error
    except snowflake.connector.Error as error:
        raise CheckError([_fault(SNOWFLAKE, error)]) from error
    except MacroError as error:
        if error.final or not any(sign in str(error) for sign in PERMANENT | TRANSIENT):
            raise
        raise CheckError([_fault(SNOWFLAKE, error)]) from error


def is_transient(text: str) -> bool:
    """Whether a driver's message is about something that may go away by itself."""
    return any(sign in text for sign in TRANSIENT)


def _fault(system: str, error: Exception, stops: str = "") -> Fault:
    """A driver's message in one line, and what it means where that is known."""
    text = " ".join(str(error).split())
    if _is_no_host(error):
        return Fault(stops or system, f"{system}: {NO_HOST} ({text})")
    for causes, transient in ((PERMANENT, False), (TRANSIENT, True)):
        for sign, meaning in causes.items():
            if sign in text:
                return Fault(stops or system, f"{system}: {meaning} ({text})", transient)
    return Fault(stops or system, f"{system}: {text}")


def _is_no_host(error: BaseException | None) -> bool:
    """Whether a host name could not be resolved; a driver may say so only in the error's cause."""
    while error is not None:
        if isinstance(error, socket.gaierror) or "NameResolutionError" in type(error).__name__:
            return True
        error = error.__cause__ or error.__context__
    return False


def _postgres_faults(
    connect: Callable[[], psycopg.Connection], feeds: Sequence[Feed]
) -> Iterator[Fault]:
    try:
        connection = connect()
    except psycopg.Error as error:
        yield _fault(POSTGRES, error)
        return
    with closing(connection):
        connection.autocommit = True
        for feed in feeds:
            if isinstance(feed, StreamFeed):
                try:
                    yield from _relation_faults(connection, feed)
                except psycopg.Error as error:
                    yield _fault(POSTGRES, error, feed.name)


def _relation_faults(connection: psycopg.Connection, feed: StreamFeed) -> Iterator[Fault]:
    # The run itself creates a view that does not exist yet.
    found = connection.execute(
        "select to_regnamespace(schema) is not null,"
        " has_schema_privilege(to_regnamespace(schema), 'usage')"
        " and coalesce(has_table_privilege(to_regclass(%s), 'select'), true)"
        " from split_part(%s, '.', 1) as schema",
        [feed.relation, feed.relation],
    ).fetchone()
    is_there, may_read = found or (False, False)
    if not is_there:
        yield Fault(
            feed.name,
            f"Postgres: the schema of {feed.relation} is not there: `make up` creates it.",
        )
    elif not may_read:
        user = connection.info.user
        text = f"Postgres: the role {user} may not read {feed.relation}: grant it SELECT."
        yield Fault(feed.name, text)


def _snowflake_faults(
    connect: Callable[[], SnowflakeConnection], feeds: Sequence[Feed]
) -> Iterator[Fault]:
    try:
        with closing(connect()) as connection:
            yield from _missing_objects(connection, feeds)
            for notice in notices.of_feeds(connection, feeds):
                log.warning("%s", notice)
    except snowflake.connector.Error as error:
        yield _fault(SNOWFLAKE, error)


def _missing_objects(connection: SnowflakeConnection, feeds: Sequence[Feed]) -> Iterator[Fault]:
    """What was created once and is gone. The run itself creates what was never there."""
    [(database,)] = rows(connection, "select current_database()")
    if not database:
        yield Fault(
            SNOWFLAKE,
            "Snowflake: the database does not exist, or the role may not use it: check "
            "SNOWFLAKE_DATABASE.",
        )
        return
    for schema in sorted({feed.schema for feed in feeds}):
        there = {row[1] for row in rows(connection, f"show tables in schema {database}.{schema}")}
        if "FEEDS" not in there:
            continue
        made = {row[0] for row in rows(connection, f"select feed from {schema}.FEEDS")}
        stages = {row[1] for row in rows(connection, f"show stages in schema {database}.{schema}")}
        needed = [(SNOWFLAKE, "table", name, there) for name in SHARED_TABLES]
        for feed in feeds:
            if feed.schema == schema and feed.name in made:
                needed += [(feed.name, "table", feed.table, there)]
                needed += [(feed.name, "stage", feed.stage, stages)]
        for stops, kind, name, known in needed:
            if name not in known:
                yield Fault(
                    stops,
                    f"Snowflake: the {kind} {schema}.{name} is gone. To create it again: "
                    "cd dbt_project && uv run dbt run-operation ensure_landing",
                )
            elif kind == "table":
                yield from _may_not_write(connection, f"{schema}.{name}", stops)


def _may_not_write(connection: SnowflakeConnection, table: str, stops: str) -> Iterator[Fault]:
    """Tries privilege and warehouse; by an INSERT, because an UPDATE could wait for a lock."""
    try:
        rows(connection, f"insert into {table} select * from {table} where false")
    except snowflake.connector.Error as error:
        yield _fault(f"Snowflake, writing to {table}", error, stops)


def _folder_faults(folder: Path, feeds: Sequence[Feed]) -> Iterator[Fault]:
    if not any(isinstance(feed, FileFeed) and not feed.store for feed in feeds):
        return
    if not folder.is_dir():
        yield Fault(FILES, f"Files: {folder} is not a folder: create it, or set INCOMING_DIR.")
    elif not os.access(folder, os.R_OK | os.X_OK):
        text = f"Files: {folder} may not be read by this user: change its permissions."
        yield Fault(FILES, text)


def _store_faults(feeds: Sequence[Feed]) -> Iterator[Fault]:
    """Tries to list each feed's folder in its store."""
    for feed in feeds:
        if isinstance(feed, FileFeed) and feed.store:
            try:
                next(store_at(feed.store).entries(feed.first_folder, deep=False), None)
            except StoreError as error:
                yield Fault(feed.name, f"Files: {error}", error.transient)
