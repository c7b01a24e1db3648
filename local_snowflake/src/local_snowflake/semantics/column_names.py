"""The name of a column that has no alias: the text of its expression, in capitals.

https://docs.snowflake.com/en/sql-reference/sql/select
"""

from __future__ import annotations

from sqlglot import exp


def rewrite(statement: exp.Expr) -> exp.Expr:
    """Give an alias to each column without a name."""
    for select in list(statement.find_all(exp.Select)):
        _name(select)
    return statement


# What has a name already, or is several columns.
_NAMED = (exp.Column, exp.Alias, exp.Aliases, exp.Star, exp.Dot, exp.Parameter, exp.Subquery)


def _name(select: exp.Select) -> None:
    named = [
        item
        if isinstance(item, _NAMED) or item.is_star
        else exp.alias_(item.copy(), _text(item), quoted=True)
        for item in select.expressions
    ]
    select.set("expressions", named)


def _text(item: exp.Expr) -> str:
    """The expression as text; a cast is written with ::."""
    text = item.sql(dialect="snowflake", comments=False)
    if isinstance(item, exp.Cast) and not isinstance(item, exp.TryCast):
        return f"{item.this.sql(dialect='snowflake')}::{item.to.sql(dialect='snowflake')}".upper()
    return text.upper()
