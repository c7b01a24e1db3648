"""fakesnow keeps whole numbers in 64 bits; a NUMBER(38, 0) has 38 digits.

https://docs.snowflake.com/en/sql-reference/data-types-numeric
Test: test_tables.py, test_a_whole_number_has_38_digits
"""

from fakesnow import transforms
from sqlglot import Expr, exp

_T = exp.DataType.Type
_INTEGERS = {_T.INT, _T.BIGINT, _T.SMALLINT, _T.TINYINT}


def apply() -> None:
    transforms.integer_precision = _in_128_bits


def _in_128_bits(expression: Expr) -> Expr:
    if not isinstance(expression, exp.DataType):
        return expression
    parameters = [parameter.name for parameter in expression.expressions]
    is_whole = expression.this == _T.DECIMAL and parameters in ([], ["38"], ["38", "0"])
    return exp.DataType(this=_T.INT128) if is_whole or expression.this in _INTEGERS else expression
