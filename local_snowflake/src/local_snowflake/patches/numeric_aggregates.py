"""SUM, AVG and the like keep the digits of a NUMBER; fakesnow casts what they add up to DOUBLE.

It does so that a text column can be added up. That is then an error here, and CAST the remedy.

Upstream: fakesnow.transforms.numeric_agg_implicit_cast (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/functions/sum
Test: test_queries.py, test_sum_and_avg_of_numbers_are_exact
"""

from fakesnow import transforms
from sqlglot import Expr

from local_snowflake.patches.patching import replaces


@replaces(transforms, "numeric_agg_implicit_cast")
def _numeric_agg_implicit_cast(expression: Expr) -> Expr:
    return expression
