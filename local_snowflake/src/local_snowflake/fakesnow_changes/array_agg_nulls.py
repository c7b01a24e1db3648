"""fakesnow keeps NULLs in ARRAY_AGG ... WITHIN GROUP, which Snowflake leaves out.

https://docs.snowflake.com/en/sql-reference/functions/array_agg
Test: test_queries.py, test_array_agg_leaves_nulls_out
"""

from fakesnow import transforms
from sqlglot import Expr, exp


def apply() -> None:
    transforms.array_agg_within_group = _without_nulls


def _without_nulls(expression: Expr) -> Expr:
    if not isinstance(expression, exp.WithinGroup) or not isinstance(expression.this, exp.ArrayAgg):
        return expression
    value, order = expression.this.this, expression.expression
    known = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
    ordered = exp.Order(this=value, expressions=order.expressions)
    values = exp.Anonymous(this="ARRAY_AGG", expressions=[ordered])
    filtered = exp.Filter(this=values, expression=exp.Where(this=known))
    return exp.Anonymous(this="TO_JSON", expressions=[filtered])
