"""Types of operands, from the one who knows: DuckDB, when it binds the statement.

The operands become arguments of a call that cannot exist, and DuckDB's error names their types.
That works wherever an expression may stand, also where no SELECT of its own could describe it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from bootstrap.local_snowflake.bindings import Params
from bootstrap.local_snowflake.errors import not_supported

if TYPE_CHECKING:
    from bootstrap.local_snowflake.session import Session

# bit_count takes one argument.
_MESSAGE = re.compile(r"argument types 'bit_count\((.*), \"NULL\", \"NULL\"\)'")


def types_of(
    session: Session,
    statement: exp.Expr,
    node: exp.Expr,
    operands: list[exp.Expr],
    params: Params | None,
) -> list[str]:
    """DuckDB's types of the operands of a node, as it would see them in the statement."""
    question = exp.Anonymous(
        this="bit_count",
        expressions=[*(operand.copy() for operand in operands), exp.Null(), exp.Null()],
    )
    node.replace(question)
    try:
        sql = statement.sql(dialect="duckdb")
    finally:
        question.replace(node)
    bound = params if params and statement.find(exp.Placeholder) else None
    try:
        _connection(session, statement).execute(f"EXPLAIN {sql}", bound)
    except duckdb.BinderException as error:
        if match := _MESSAGE.search(str(error)):
            return _split(match[1])
        raise
    raise not_supported(f"the types in {node.sql(dialect='snowflake')}")


def _connection(session: Session, statement: exp.Expr) -> duckdb.DuckDBPyConnection:
    """An error would end an open transaction, so that one asks on another connection."""
    if not session.in_transaction:
        return session.con
    if any(table.catalog == "temp" for table in statement.find_all(exp.Table)):
        raise not_supported("arithmetic on a temporary table inside a transaction")
    other = session.storage.duck_conn.cursor()
    if session.database and session.schema:
        other.execute(f'USE "{session.database}"."{session._schema}"')
    return other


def _split(text: str) -> list[str]:
    """The types in `DECIMAL(18,2), BIGINT`."""
    return re.findall(r"[^,(]+(?:\([^)]*\))?(?:\[\])*", text.replace(", ", ","))
