"""ARRAY_AGG ... WITHIN GROUP leaves NULLs out; fakesnow keeps them.

Upstream: fakesnow.transforms.array_agg_within_group (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/functions/array_agg
Test: test_queries.py, test_array_agg_leaves_nulls_out
"""

from fakesnow import transforms
from sqlglot import Expr, exp

from local_snowflake.patches.patching import replaces


@replaces(transforms, "array_agg_within_group")
def _array_agg_within_group(expression: Expr) -> Expr:
    if not isinstance(expression, exp.WithinGroup) or not isinstance(expression.this, exp.ArrayAgg):
        return expression
    value, order = expression.this.this, expression.expression
    known = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
    ordered = exp.Order(this=value, expressions=order.expressions)
    values = exp.Anonymous(this="ARRAY_AGG", expressions=[ordered])
    filtered = exp.Filter(this=values, expression=exp.Where(this=known))
    return exp.Anonymous(this="TO_JSON", expressions=[filtered])
