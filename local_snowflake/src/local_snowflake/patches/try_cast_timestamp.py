"""TRY_CAST(... AS TIMESTAMP) gives NULL for what is not one; fakesnow's conversion fails.

Upstream: fakesnow.transforms.to_timestamp (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/functions/try_cast
Test: test_functions.py, functions/try_cast
"""

from fakesnow import transforms
from sqlglot import Expr, exp

from local_snowflake.patches.patching import replaces, upstream

_NAMES = {"TRY_TO_TIMESTAMP", "TRY_TO_TIMESTAMP_NTZ"}
_original = upstream(transforms, "to_timestamp")


@replaces(transforms, "to_timestamp")
def _to_timestamp(expression: Expr) -> Expr:
    if isinstance(expression, exp.TryCast):
        return expression
    if isinstance(expression, exp.Anonymous) and expression.name.upper() in _NAMES:
        return exp.TryCast(this=expression.expressions[0], to=exp.DataType.build("TIMESTAMP"))
    return _original(expression)
