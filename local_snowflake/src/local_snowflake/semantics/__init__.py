"""Where the same SQL means something else in Snowflake than in DuckDB, one subject a file.

`before` works on the statement as Snowflake's, before fakesnow translates it; `after` on DuckDB's,
where the types of operands can be asked for. What cannot be made right is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    refused,
    semi_structured,
    table_functions,
    whole_arguments,
)

if TYPE_CHECKING:
    from local_snowflake.session import Session

_BEFORE = (
    refused,
    functions,
    semi_structured,
    column_names,
    formats,
    table_functions,
    aggregates,
    whole_arguments,
    dates,
    casts,
)


def before(session: Session, statement: exp.Expr) -> exp.Expr:
    """Rewrite a statement in Snowflake's SQL.

    Raises:
        SnowflakeError: it uses what the server does not know.
    """
    identifiers.check(session, statement)
    for subject in _BEFORE:
        statement = subject.rewrite(statement)
    return context_functions.replace(session, statement)


def after(session: Session, statement: exp.Expr, params: Params | None) -> exp.Expr:
    """Rewrite a statement in DuckDB's SQL."""
    return arithmetic.rewrite(session, statement, params)
