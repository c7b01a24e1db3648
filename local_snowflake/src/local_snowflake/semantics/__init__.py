"""Where the same SQL means something else in Snowflake than in DuckDB, one subject per module.

Most rewrite the statement in Snowflake's SQL, before fakesnow transpiles it. What needs the types
of operands rewrites it in DuckDB's SQL. What cannot be made right is refused.
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.bindings import Params
from local_snowflake.semantics import (
    aggregates,
    arithmetic,
    casts,
    column_names,
    context_functions,
    dates,
    formats,
    functions,
    identifiers,
    integer_arguments,
    table_functions,
    unsupported,
)
from local_snowflake.session import Session

_BEFORE = (
    unsupported,
    functions,
    column_names,
    formats,
    table_functions,
    aggregates,
    integer_arguments,
    dates,
    casts,
)


def before_transpiling(session: Session, statement: exp.Expr) -> exp.Expr:
    """A statement rewritten in Snowflake's SQL.

    Raises:
        SnowflakeError: it uses what the server does not know.
    """
    identifiers.check(session, statement)
    for subject in _BEFORE:
        statement = subject.rewrite(statement)
    return context_functions.rewrite(session, statement)


def after_transpiling(session: Session, statement: exp.Expr, params: Params | None) -> exp.Expr:
    """A statement rewritten in DuckDB's SQL."""
    return arithmetic.rewrite(session, statement, params)
