"""CURRENT_ROLE and the like: what the client said when it signed in.

https://docs.snowflake.com/en/sql-reference/functions-context
"""

from __future__ import annotations

from sqlglot import exp

from local_snowflake.session import Session


def rewrite(session: Session, statement: exp.Expr) -> exp.Expr:
    """Replace them by constants."""
    values: dict[type[exp.Expr], str | None] = {
        exp.CurrentAccount: "LOCAL",
        exp.CurrentRole: session.role or "PUBLIC",
        exp.CurrentUser: session.user,
        exp.CurrentWarehouse: session.warehouse,
        exp.CurrentSchema: session.schema,
        exp.CurrentDatabase: session.database,
    }
    for node in list(statement.find_all(*values)):
        value = values[type(node)]
        node.replace(exp.Literal.string(value) if value else exp.cast(exp.Null(), "TEXT"))
    return statement
