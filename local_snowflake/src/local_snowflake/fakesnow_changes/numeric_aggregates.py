"""fakesnow casts what SUM, AVG and the like add up to DOUBLE, which loses digits of NUMBERs.

It does so that a text column can be added up; that is then an error here, and CAST the remedy.

Test: test_queries.py, test_sum_and_avg_of_numbers_are_exact
"""

from fakesnow import transforms
from sqlglot import Expr


def apply() -> None:
    transforms.numeric_agg_implicit_cast = _unchanged


def _unchanged(expression: Expr) -> Expr:
    return expression
