"""One client's session: its DuckDB connection, current schema, transaction and temporary tables."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import duckdb
from fakesnow.conn import FakeSnowflakeConnection
from sqlglot import exp

from local_snowflake import catalog
from local_snowflake.bindings import Params
from local_snowflake.errors import LOCAL, SnowflakeError, cancelled, does_not_exist
from local_snowflake.names import (
    INFORMATION_SCHEMA,
    Name,
    is_internal_database,
    is_internal_schema,
    normalize,
    quoted,
    split_reference,
    temporary_name,
)
from local_snowflake.results import Spool
from local_snowflake.storage import Storage

# https://docs.snowflake.com/en/sql-reference/parameters#lock-timeout
LOCK_TIMEOUT_SECONDS = 43_200


class Session(FakeSnowflakeConnection):
    """A fakesnow connection that knows its transaction and its temporary tables.

    DuckDB connections are not thread-safe, so `lock` is held for each statement.
    """

    def __init__(
        self,
        storage: Storage,
        database: str | None,
        schema: str | None,
        autocommit: bool = True,
        user: str | None = None,
        role: str | None = None,
        warehouse: str | None = None,
    ) -> None:
        self.con = storage.duck_conn.cursor()
        super().__init__(
            self.con,
            storage.results_cache,
            create_database=False,
            create_schema=False,
            db_path=storage.db_path,
            autocommit=autocommit,
        )
        self.lock = threading.Lock()
        self.last_used = time.monotonic()
        self.storage = storage
        self.user, self.role, self.warehouse = user, role, warehouse
        self.spool = Spool(storage.folder.results)
        self.explicit_transaction = False
        self.failed = False
        # Statements of the open transaction that changed data.
        self.changes = 0
        # Cancels the statement that runs; whether that only waits for another session.
        self.running: threading.Event | None = None
        self.is_waiting = False
        # The parameters of the statement that runs.
        self.params: Params | None = None
        self.lock_timeout = LOCK_TIMEOUT_SECONDS
        self._after_commit: list[Callable[[], None]] = []
        # temporary tables and views, and which of the two
        self.temporary: dict[Name, str] = {}
        # n of each VARCHAR(n), of temporary views
        self.view_lengths: dict[Name, dict[str, int]] = {}
        # A name that does not exist is not an error at login: no schema is current then.
        for use in (lambda: self.use_database(database), lambda: self.use_schema(schema)):
            try:
                use()
            except SnowflakeError:
                break

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.explicit_transaction or self._in_transaction

    @property
    def autocommits(self) -> bool:
        """Whether a statement outside of BEGIN commits by itself."""
        return bool(self._autocommit)

    @property
    def stored_schema(self) -> str | None:
        """DuckDB's name of the current schema; that of INFORMATION_SCHEMA is another."""
        return self._schema

    def variable_values(self) -> dict[str, str]:
        """Session variables: SQL of the value by name in capitals."""
        return {name.upper(): text for name, text in self.variables._variables.items()}

    def use_database(self, database: str | None) -> None:
        """USE DATABASE: its PUBLIC schema becomes current when there is one.

        Raises:
            SnowflakeError: there is no such database.
        """
        if not database:
            return
        if is_internal_database(database) or not catalog.has_schema(self.con, database):
            raise _no_such_object(database)
        self.leave_schema()
        self.database, self.database_set = database, True
        self.con.execute(f"USE {quoted(database)}.main")
        if catalog.has_schema(self.con, database, "PUBLIC"):
            self.use_schema("PUBLIC")

    def leave_schema(self) -> None:
        """No schema is current."""
        self._schema, self.schema_set = None, False

    def leave_database(self) -> None:
        """Neither a database nor a schema is current."""
        self.leave_schema()
        self.database, self.database_set = None, False

    def use_schema(self, schema: str | None) -> None:
        """USE SCHEMA, in the current database.

        Raises:
            SnowflakeError: there is no such schema.
        """
        if not schema or not self.database:
            return
        stored = "_fs_information_schema" if schema == INFORMATION_SCHEMA else schema
        if is_internal_schema(schema) or not catalog.has_schema(self.con, self.database, stored):
            raise _no_such_object(f"{self.database}.{schema}")
        self.con.execute(f"USE {quoted(self.database)}.{quoted(stored)}")
        self._schema = stored.upper() if stored != schema else schema
        self.schema_set = True

    def resolve(self, table: exp.Table) -> Name:
        """The full name of a table, view, stage or file format that a client names.

        https://docs.snowflake.com/en/sql-reference/name-resolution

        Raises:
            SnowflakeError: a part is missing, and no database or schema is current; or the name is
                not one of a user's database.
        """
        name = self.full_name(table)
        if is_internal_database(name.database) or is_internal_schema(name.schema):
            raise does_not_exist("Object", str(name))
        return name

    def full_name(self, table: exp.Table) -> Name:
        """The same for any name, also the server's own in a rewritten statement.

        Raises:
            SnowflakeError: a part is missing, and no database or schema is current.
        """
        database = normalize(table.args.get("catalog")) or self.database
        schema = normalize(table.args.get("db")) or self.schema
        if not database:
            raise nothing_current(90105, "DATABASE")
        if not schema:
            raise nothing_current(90106, "SCHEMA")
        return Name(database, schema, normalize(table.this))

    def resolve_text(self, text: str) -> Name:
        """The same for a name given as text, as in FORMAT_NAME = 'db.schema.name'."""
        identifiers = [exp.to_identifier(part, quoted=True) for part in split_reference(text)]
        fields = dict(zip(("this", "db", "catalog"), reversed(identifiers), strict=False))
        return self.resolve(exp.Table(**fields))

    def stored_name(self, name: Name) -> Name:
        """DuckDB's name of an object, which is another for a temporary table or view."""
        return temporary_name(name) if name in self.temporary else name

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do something once the rows of the current statement are committed."""
        self._after_commit.append(action)

    def finish_statement(self) -> None:
        """Run what waited for the commit, if the statement was not inside a transaction."""
        if not self.in_transaction:
            actions, self._after_commit = self._after_commit, []
            for action in actions:
                action()

    def begin(self) -> None:
        """BEGIN; a transaction that is open already stays the current one."""
        if not self.in_transaction:
            self.con.begin()
            self.changes = 0
        self.explicit_transaction = True

    def begin_implicitly(self) -> None:
        """The transaction that a change of data opens when AUTOCOMMIT is off."""
        self.con.begin()
        self._in_transaction = True
        self.changes = 0

    def see_commits(self) -> None:
        """Each statement sees what others have committed, until the transaction has changes.

        DuckDB's would see what there was at its start. A transaction that changed something cannot
        be begun again without losing it.
        https://docs.snowflake.com/en/sql-reference/transactions#read-committed-isolation
        """
        if self.in_transaction and not self.changes and not self.failed:
            self.con.rollback()
            self.con.begin()

    def check_cancelled(self) -> None:
        """Stop here if the client has cancelled the statement.

        Raises:
            SnowflakeError: it has.
        """
        if self.running and self.running.is_set():
            raise cancelled()

    def wait(self, seconds: float) -> None:
        """Give another session time to commit, unless the client cancels."""
        self.is_waiting = True
        try:
            if self.running and self.running.wait(seconds):
                self.check_cancelled()
        finally:
            self.is_waiting = False

    def start_over(self) -> bool:
        """Undo a statement that failed, if that undoes nothing else; returns whether it could."""
        if self.in_transaction and self.changes:
            return False
        explicit = self.explicit_transaction
        self.abandon()
        if explicit:
            self.begin()
        return True

    def end(self, keep: bool) -> None:
        """COMMIT or ROLLBACK; without a transaction nothing happens, as in Snowflake.

        Raises:
            SnowflakeError: COMMIT of a transaction that had an error.
        """
        was_open, failed = self.in_transaction, self.failed
        self.explicit_transaction = self._in_transaction = self.failed = False
        if not was_open:
            return
        if failed or not keep:
            self.abandon()
            if keep:
                raise transaction_failed()
            return
        try:
            self.con.commit()
        except duckdb.Error:
            self.abandon()
            raise

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """One transaction around what is inside, rolled back if that fails."""
        self.con.begin()
        try:
            yield
            self.con.commit()
        except BaseException:
            self.abandon()
            raise

    def fail(self) -> None:
        """Mark the open transaction as failed: DuckDB cannot undo a single statement."""
        self.failed = self.in_transaction

    def abandon(self) -> None:
        """Roll back what is open, after an error."""
        self.explicit_transaction = self._in_transaction = self.failed = False
        self._after_commit = []
        with suppress(duckdb.Error):  # DuckDB may have rolled back by itself
            self.con.rollback()

    def close(self, retry: bool = True) -> None:
        """Roll back, drop temporary tables (DuckDB does both) and delete result files."""
        del retry
        with self.lock:
            self.abandon()
            super().close()
        self.spool.close()


def transaction_failed() -> SnowflakeError:
    """A statement comes in a transaction that had an error."""
    return SnowflakeError(
        603,
        "25P02",
        f"{LOCAL} gives up a transaction at its first error: it was rolled back. Send ROLLBACK "
        "and start again.",
    )


def nothing_current(errno: int, kind: str) -> SnowflakeError:
    """A name is not qualified, and no DATABASE (90105) or SCHEMA (90106) is current."""
    return SnowflakeError(
        errno,
        "22000",
        f"Cannot perform operation. This session does not have a current {kind.lower()}. "
        f"Call 'USE {kind}', or use a qualified name.",
    )


def _no_such_object(name: str) -> SnowflakeError:
    return SnowflakeError(
        2043,
        "02000",
        f"SQL compilation error:\nObject does not exist, or operation cannot be performed: {name}.",
    )
