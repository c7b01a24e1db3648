"""fakesnow drops the second argument of TRIM, LTRIM and RTRIM, and the side.

https://docs.snowflake.com/en/sql-reference/functions/trim
Test: test_functions.py, functions/trim
"""

from fakesnow import transforms
from sqlglot import Expr, exp


def apply() -> None:
    transforms.trim_cast_varchar = _trim_text


def _trim_text(expression: Expr) -> Expr:
    """Only the cast to text that Snowflake makes as well."""
    if isinstance(expression, exp.Trim) and not isinstance(expression.this, exp.Cast):
        expression.set("this", exp.cast(expression.this, "VARCHAR"))
    return expression
