"""AVG as an exact quotient, and LISTAGG of nothing.

https://docs.snowflake.com/en/sql-reference/functions/avg
https://docs.snowflake.com/en/sql-reference/functions/listagg
"""

from __future__ import annotations

from sqlglot import exp


def rewrite(statement: exp.Expr) -> exp.Expr:
    """Replace AVG, LISTAGG and RATIO_TO_REPORT."""
    for average in list(statement.find_all(exp.Avg)):
        _average(average)
    for joined in list(statement.find_all(exp.GroupConcat)):
        _list(joined)
    for function in list(statement.find_all(exp.Anonymous)):
        if str(function.this).upper() == "RATIO_TO_REPORT":
            _ratio(function)
    return statement


def _average(node: exp.Avg) -> None:
    """SUM / COUNT, which arithmetic.py then gives the scale of a division."""
    total = exp.Sum(this=node.this.copy())
    count = exp.Count(this=node.this.copy())
    whole = node.parent
    if not isinstance(whole, exp.Window | exp.Filter):
        node.replace(exp.Paren(this=exp.Div(this=total, expression=count)))
        return
    parts = []
    for part in (total, count):
        copy = whole.copy()
        copy.set("this", part)
        parts.append(copy)
    whole.replace(exp.Paren(this=exp.Div(this=parts[0], expression=parts[1])))


def _list(node: exp.GroupConcat) -> None:
    """No value to list is the empty text."""
    outer = node.parent if isinstance(node.parent, exp.Window | exp.WithinGroup) else node
    if isinstance(outer.parent, exp.Window):
        outer = outer.parent
    outer.replace(exp.Coalesce(this=outer.copy(), expressions=[exp.Literal.string("")]))


def _ratio(node: exp.Anonymous) -> None:
    """RATIO_TO_REPORT(x) OVER (...) is x / SUM(x) OVER (...)."""
    window = node.parent
    if isinstance(window, exp.Window) and len(node.expressions) == 1:
        value = node.expressions[0]
        total = window.copy()
        total.set("this", exp.Sum(this=value.copy()))
        window.replace(exp.Paren(this=exp.Div(this=value.copy(), expression=total)))
