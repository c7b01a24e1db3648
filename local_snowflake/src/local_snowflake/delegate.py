"""The way to fakesnow: it turns Snowflake's SQL into DuckDB's and runs it.

Only this file and session.py use what fakesnow does not mean for others (names with a `_`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.rowtype import ColumnInfo
from sqlglot import exp

from local_snowflake import semantics, temporary
from local_snowflake.answers import Answer, status
from local_snowflake.bindings import Params
from local_snowflake.results import column_info

if TYPE_CHECKING:
    from local_snowflake.session import Session

_QUERIES = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)


class Query:
    """A statement that returns rows, bound but not yet read."""

    def __init__(self, relation: duckdb.DuckDBPyRelation) -> None:
        self.relation = relation

    def rowtype(self) -> list[ColumnInfo]:
        names, types = self.relation.columns, self.relation.types
        return [column_info(name, str(kind)) for name, kind in zip(names, types, strict=True)]

    def reader(self, batch_rows: int) -> pa.RecordBatchReader:
        return self.relation.to_arrow_reader(batch_rows)


def transformed(session: Session, statement: exp.Expr, params: Params | None) -> exp.Expr:
    """The statement in DuckDB's terms."""
    cursor = FakeSnowflakeCursor(session, session.con)
    cursor.check_db_and_schema(statement)
    return _translated(session, cursor, semantics.before(session, statement), params)


def _translated(
    session: Session, cursor: FakeSnowflakeCursor, statement: exp.Expr, params: Params | None
) -> exp.Expr:
    translated = temporary.replace(session, cursor._transform(statement, params))
    return semantics.after(session, translated, params)


def in_duckdbs_terms(session: Session, statement: exp.Expr) -> exp.Expr:
    """fakesnow's part of the translation alone."""
    return FakeSnowflakeCursor(session, session.con)._transform(statement, None)


def query(session: Session, statement: exp.Expr, params: Params | None = None) -> Query:
    """A SELECT in Snowflake's SQL, ready to be read."""
    sql = transformed(session, statement, params).sql(dialect="duckdb")
    return Query(session.con.sql(sql, params=params or None))


def execute(session: Session, statement: exp.Expr, params: Params | None = None) -> Answer | Query:
    """Run any statement that fakesnow knows."""
    cursor = FakeSnowflakeCursor(session, session.con)
    cursor.check_db_and_schema(statement)
    statement = semantics.before(session, statement)
    parts = [
        _translated(session, cursor, part, params) for part in cursor._transform_explode(statement)
    ]
    # INSERT OVERWRITE is two statements for DuckDB, but one for the client.
    own = len(parts) > 1 and isinstance(statement, exp.Insert) and not session.in_transaction
    if own:
        session.con.begin()
    try:
        for part in parts:
            answer = _run(session, cursor, part, params)
        if own:
            session.con.commit()
    except BaseException:
        if own:
            session.abandon()
        raise
    return answer


def _run(
    session: Session, cursor: FakeSnowflakeCursor, part: exp.Expr, params: Params | None
) -> Answer | Query:
    bound = params if params and part.find(exp.Placeholder) else None
    if isinstance(part, _QUERIES) and not _has_side_effects(part):
        return Query(session.con.sql(part.sql(dialect="duckdb"), params=bound))
    if temporary.created(session, part):
        session.con.execute(part.sql(dialect="duckdb"), bound)
        return status(f"Table {part.this.name} successfully created.")
    cursor._execute(part, bound)
    return Answer(cursor._arrow_table, affected=cursor._rowcount)


def _has_side_effects(part: exp.Expr) -> bool:
    """fakesnow hangs what is to be done besides on the arguments of a SELECT."""
    marks = {"table_comment", "result_scan_sfqid", "set_autocommit"}
    return any(part.args.get(mark) for mark in marks)
