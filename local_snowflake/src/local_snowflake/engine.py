"""From the text of a statement to its result."""

from __future__ import annotations

import copy
import random
import re
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import sqlglot
from fakesnow.statement_type import DML_TYPE_IDS, statement_type_id
from sqlglot import exp

from local_snowflake import access, transpile, variables
from local_snowflake.bindings import Params
from local_snowflake.copy_into import execute as copy_into
from local_snowflake.copy_into.statement import with_source
from local_snowflake.errors import (
    SnowflakeError,
    is_conflict,
    not_supported,
    statement_count,
    translate,
)
from local_snowflake.results import BATCH_ROWS, Result, column_info, encode, new_query_id
from local_snowflake.session import Session, transaction_failed
from local_snowflake.statement_result import StatementResult
from local_snowflake.statements import (
    administration,
    clone,
    comments,
    context,
    databases,
    describe_table,
    merge,
    put,
    stage_files,
    stage_objects,
    tables,
    text_columns,
    transactions,
    users,
)

_MODULES = (
    transactions,
    context,
    stage_objects,
    stage_files,
    databases,
    comments,
    clone,
    text_columns,
    tables,
    copy_into,
    merge,
    describe_table,
    users,
    administration,
)
Outcome = StatementResult | transpile.Query
Handler = Callable[[Session, exp.Expr], Outcome | None]
_HANDLERS: dict[type[exp.Expr], list[Handler]] = {}
for _module in _MODULES:
    for _kind, _handler in _module.HANDLERS.items():
        _HANDLERS.setdefault(_kind, []).append(_handler)

_DDL = (exp.Create, exp.Drop, exp.Alter, exp.Comment, exp.TruncateTable)
_DML = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Copy)
#: What may reach DuckDB; it would run many others (PRAGMA, ATTACH, EXPORT, CHECKPOINT).
_KNOWN = (
    *(exp.Query, exp.Values, *_DDL, *_DML),
    *(exp.Transaction, exp.Commit, exp.Rollback, exp.Use, exp.Set, exp.Show, exp.Describe),
)
_LEADING = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|//[^\n]*(?:\n|$)|/\*.*?\*/|;)+", re.S)
_TRAILING = re.compile(r"(?:\s|;|/\*(?:(?!\*/).)*\*/)+$", re.S)


@dataclass
class Executed:
    """A statement's result with what the protocol says about it."""

    query_id: str
    type_id: int
    result: Result
    affected: int | None = None
    upload: dict[str, Any] = field(default_factory=dict)

    @property
    def is_dml(self) -> bool:
        """Whether the statement changes rows."""
        return self.type_id in DML_TYPE_IDS


def bare(sql: str) -> str:
    """The statement without the comments, white space and semicolons around it."""
    leading = _LEADING.match(sql)
    return _TRAILING.sub("", sql[leading.end() if leading else 0 :])


def parse(sql: str) -> exp.Expr:
    """The one statement in a text.

    Raises:
        SnowflakeError: it is empty, cannot be parsed, or there are several.
    """
    found = [tree for tree in sqlglot.parse(sql, read="snowflake") if tree is not None]
    statements = [tree for tree in found if not isinstance(tree, exp.Semicolon)]
    if not statements:
        raise SnowflakeError(900, "42601", "SQL compilation error:\nEmpty SQL statement.")
    if len(statements) > 1:
        raise statement_count(len(statements), 1)
    return statements[0]


def execute(
    session: Session, sql: str, params: Params | None, cancelled: threading.Event
) -> Executed:
    """Run a statement in a session, until someone sets `cancelled`.

    Raises:
        SnowflakeError: any error, in Snowflake's terms.
    """
    text = bare(sql)
    with session.lock:
        session.last_used = time.monotonic()
        session.running = cancelled
        try:
            if put.is_put(text):
                return Executed(new_query_id(), 0, Result([]), upload=put.put(session, text).upload)
            executed = _execute_with_retries(session, parse(with_source(text)), params)
            session.finish_statement()
            return executed
        except SnowflakeError:
            raise
        except Exception as error:
            session.fail()
            raise translate(error) from error
        finally:
            session.running = None
            session.last_used = time.monotonic()


def describe(session: Session, sql: str) -> Executed:
    """The columns of a query, without running it; other statements have none.

    Raises:
        SnowflakeError: any error, in Snowflake's terms.
    """
    with session.lock:
        try:
            tree = parse(bare(sql))
            if not isinstance(tree, exp.Query):
                return Executed(new_query_id(), statement_type_id(tree), Result([]))
            for node in list(tree.find_all(exp.Placeholder)):
                node.replace(exp.Null())
            tree = access.checked(session, tree, None)
            outcome = transpile.execute(session, tree)
            rowtype = outcome.rowtype() if isinstance(outcome, transpile.Query) else []
            return Executed(new_query_id(), statement_type_id(tree), Result(rowtype))
        except Exception as error:
            raise translate(error) from error


def _execute_with_retries(session: Session, tree: exp.Expr, params: Params | None) -> Executed:
    """Retry after a conflict with another session, unless the transaction has changes to lose.

    Snowflake would wait for the other's lock instead; DuckDB fails the later one at once, and with
    it the whole transaction.
    https://docs.snowflake.com/en/sql-reference/parameters#lock-timeout
    """
    deadline = time.monotonic() + session.lock_timeout
    pause = 0.005
    while True:
        session.check_cancelled()
        try:
            executed = _execute_once(session, copy.deepcopy(tree), copy.copy(params))
        except Exception as error:
            if not is_conflict(error) or time.monotonic() > deadline or not session.start_over():
                raise
            session.wait(random.uniform(pause / 2, pause))
            pause = min(pause * 2, 0.5)
        else:
            session.changes += isinstance(tree, _DML)
            return executed


def _execute_once(session: Session, tree: exp.Expr, params: Params | None) -> Executed:
    if session.failed and not isinstance(tree, exp.Rollback | exp.Commit):
        raise transaction_failed()
    session.params = params
    variables.substitute(session, tree)
    tree = access.checked(session, tree, params)
    if isinstance(tree, _DDL):
        # https://docs.snowflake.com/en/sql-reference/transactions#ddl
        session.end(keep=True)
    elif isinstance(tree, _DML) and not session.autocommits and not session.in_transaction:
        session.begin_implicitly()
    else:
        session.see_commits()
    type_id = statement_type_id(tree)
    return _executed(session, type_id, _dispatch(session, tree, params))


def _dispatch(session: Session, tree: exp.Expr, params: Params | None) -> Outcome:
    for handler in _HANDLERS.get(type(tree), ()):
        if (outcome := handler(session, tree)) is not None:
            return outcome
    if isinstance(tree, exp.Command):
        administration.refuse(tree)
    elif not isinstance(tree, _KNOWN):
        raise not_supported(tree.sql(dialect="snowflake").split()[0].upper())
    return transpile.execute(session, tree, params)


def _executed(session: Session, type_id: int, outcome: Outcome) -> Executed:
    query_id = new_query_id()
    if isinstance(outcome, transpile.Query):
        rowtype = outcome.rowtype()
        with closing(outcome.reader(BATCH_ROWS)) as reader:
            executed = Executed(query_id, type_id, session.spool.collect(query_id, reader, rowtype))
    else:
        table = outcome.table
        rowtype = [column_info(f.name, _duckdb_type(f.type)) for f in table.schema]
        batches = table.combine_chunks().to_batches()
        batch = batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
        result = Result(rowtype, table.num_rows, encode(batch, rowtype), table)
        executed = Executed(query_id, type_id, result, outcome.affected)
    if (small := executed.result.table) is not None:
        # For RESULT_SCAN, in the form that fakesnow looks for.
        tree = exp.select("1")
        session.results_cache[query_id] = (small, small.num_rows, "SELECT 1", None, tree)
    return executed


def _duckdb_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP WITH TIME ZONE" if kind.tz else "TIMESTAMP"
    if pa.types.is_integer(kind):
        return "BIGINT"
    if pa.types.is_floating(kind):
        return "DOUBLE"
    if pa.types.is_boolean(kind):
        return "BOOLEAN"
    if pa.types.is_date(kind):
        return "DATE"
    if pa.types.is_string(kind) or pa.types.is_null(kind):
        return "VARCHAR"
    raise not_supported(f"how to describe a column of type {kind}")
