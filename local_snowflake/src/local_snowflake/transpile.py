"""From Snowflake's SQL to DuckDB's, by fakesnow and by the rules of semantics/, and its execution.

Only this module and session.py use what is private to fakesnow (names with a `_`).
"""

from __future__ import annotations

from contextlib import nullcontext

import duckdb
import pyarrow as pa
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.rowtype import ColumnInfo
from sqlglot import exp

from local_snowflake import semantics, temporary_tables
from local_snowflake.bindings import Params
from local_snowflake.results import column_info
from local_snowflake.session import Session
from local_snowflake.statement_result import StatementResult, status

_QUERIES = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)


class Query:
    """A statement that returns rows, bound but not yet read."""

    def __init__(self, relation: duckdb.DuckDBPyRelation) -> None:
        self.relation = relation

    def rowtype(self) -> list[ColumnInfo]:
        """The columns as Snowflake describes them."""
        names, types = self.relation.columns, self.relation.types
        return [column_info(name, str(kind)) for name, kind in zip(names, types, strict=True)]

    def reader(self, batch_rows: int) -> pa.RecordBatchReader:
        """The rows, in batches of this size."""
        return self.relation.to_arrow_reader(batch_rows)


def to_duckdb(session: Session, statement: exp.Expr, params: Params | None) -> exp.Expr:
    """A statement in DuckDB's SQL.

    Raises:
        SnowflakeError: it uses what the server does not know, or names nothing that exists.
    """
    cursor = FakeSnowflakeCursor(session, session.con)
    cursor.check_db_and_schema(statement)
    rewritten = semantics.before_transpiling(session, statement)
    return _transpiled(session, cursor, rewritten, params)


def _transpiled(
    session: Session, cursor: FakeSnowflakeCursor, statement: exp.Expr, params: Params | None
) -> exp.Expr:
    tree = temporary_tables.redirect(session, cursor._transform(statement, params))
    return semantics.after_transpiling(session, tree, params)


def by_fakesnow_alone(session: Session, statement: exp.Expr) -> exp.Expr:
    """fakesnow's part of it, without the rules of semantics/."""
    return FakeSnowflakeCursor(session, session.con)._transform(statement, None)


def execute(
    session: Session, statement: exp.Expr, params: Params | None = None
) -> StatementResult | Query:
    """Run any statement that fakesnow knows.

    Raises:
        SnowflakeError: it uses what the server does not know.
    """
    cursor = FakeSnowflakeCursor(session, session.con)
    cursor.check_db_and_schema(statement)
    statement = semantics.before_transpiling(session, statement)
    parts = [
        _transpiled(session, cursor, part, params) for part in cursor._transform_explode(statement)
    ]
    # INSERT OVERWRITE is two statements for DuckDB, but one for the client.
    own = len(parts) > 1 and isinstance(statement, exp.Insert) and not session.in_transaction
    with session.atomic() if own else nullcontext():
        for part in parts:
            result = _execute_part(session, cursor, part, params)
    return result


def _execute_part(
    session: Session, cursor: FakeSnowflakeCursor, part: exp.Expr, params: Params | None
) -> StatementResult | Query:
    bound = params if params and part.find(exp.Placeholder) else None
    if isinstance(part, _QUERIES) and not _has_side_effects(part):
        return Query(session.con.sql(part.sql(dialect="duckdb"), params=bound))
    if temporary_tables.created(session, part):
        session.con.execute(part.sql(dialect="duckdb"), bound)
        return status(f"Table {part.this.name} successfully created.")
    cursor._execute(part, bound)
    return StatementResult(cursor._arrow_table, affected=cursor._rowcount)


def _has_side_effects(part: exp.Expr) -> bool:
    """fakesnow keeps what else is to be done in the arguments of a SELECT."""
    return any(map(part.args.get, ("table_comment", "result_scan_sfqid", "set_autocommit")))
