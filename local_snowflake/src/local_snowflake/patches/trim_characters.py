"""TRIM, LTRIM and RTRIM take the characters to remove; fakesnow drops them, and the side.

Upstream: fakesnow.transforms.trim_cast_varchar (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/functions/trim
Test: test_functions.py, functions/trim
"""

from fakesnow import transforms
from sqlglot import Expr, exp

from local_snowflake.patches.patching import replaces


@replaces(transforms, "trim_cast_varchar")
def _trim_cast_varchar(expression: Expr) -> Expr:
    """Only the cast to text that Snowflake makes as well."""
    if isinstance(expression, exp.Trim) and not isinstance(expression.this, exp.Cast):
        expression.set("this", exp.cast(expression.this, "VARCHAR"))
    return expression
