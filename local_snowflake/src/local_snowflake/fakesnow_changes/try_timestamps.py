"""fakesnow turns TRY_CAST(... AS TIMESTAMP) into a conversion that fails instead of giving NULL.

https://docs.snowflake.com/en/sql-reference/functions/try_cast
Test: test_functions.py, functions/try_cast
"""

from fakesnow import transforms
from sqlglot import Expr, exp

_NAMES = {"TRY_TO_TIMESTAMP", "TRY_TO_TIMESTAMP_NTZ"}


def apply() -> None:
    original = transforms.to_timestamp

    def to_timestamp(expression: Expr) -> Expr:
        if isinstance(expression, exp.TryCast):
            return expression
        if isinstance(expression, exp.Anonymous) and expression.name.upper() in _NAMES:
            return exp.TryCast(this=expression.expressions[0], to=exp.DataType.build("TIMESTAMP"))
        return original(expression)

    transforms.to_timestamp = to_timestamp
