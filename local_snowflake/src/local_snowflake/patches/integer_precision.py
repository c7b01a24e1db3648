"""A NUMBER(38, 0) has 38 digits; fakesnow keeps whole numbers in 64 bits.

Upstream: fakesnow.transforms.integer_precision (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/data-types-numeric
Test: test_tables.py, test_a_whole_number_has_38_digits
"""

from fakesnow import transforms
from sqlglot import Expr, exp

from local_snowflake.patches.patching import replaces

_T = exp.DataType.Type
_INTEGERS = {_T.INT, _T.BIGINT, _T.SMALLINT, _T.TINYINT}


@replaces(transforms, "integer_precision")
def _integer_precision(expression: Expr) -> Expr:
    if not isinstance(expression, exp.DataType):
        return expression
    parameters = [parameter.name for parameter in expression.expressions]
    is_whole = expression.this == _T.DECIMAL and parameters in ([], ["38"], ["38", "0"])
    return exp.DataType(this=_T.INT128) if is_whole or expression.this in _INTEGERS else expression
