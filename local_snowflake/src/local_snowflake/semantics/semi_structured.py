"""ARRAY_CONSTRUCT as a value of its own, with or without an alias.

https://docs.snowflake.com/en/sql-reference/functions/array_construct
"""

from __future__ import annotations

from sqlglot import exp


def rewrite(statement: exp.Expr) -> exp.Expr:
    """fakesnow makes JSON of an array only when it stands directly in a SELECT."""
    for node in list(statement.find_all(exp.Array)):
        if isinstance(node.parent, exp.Select | exp.Alias):
            node.replace(exp.Anonymous(this="json_array", expressions=node.expressions))
    return statement
