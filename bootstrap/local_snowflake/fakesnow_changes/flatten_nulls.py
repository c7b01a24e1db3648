"""fakesnow's FLATTEN makes NULL of the null in a JSON array, which is a VALUE of its own.

https://docs.snowflake.com/en/user-guide/semistructured-considerations#null-values
Test: test_queries.py, test_flatten_tells_the_null_of_json_from_no_value
"""

from string import Template

from fakesnow import macros

_OLD = "CAST(TO_JSON(input) AS JSON[])"


def apply() -> None:
    sql = macros.FS_FLATTEN.template
    if _OLD not in sql:
        raise RuntimeError(f"fakesnow's FLATTEN has no {_OLD!r} any more")
    macros.FS_FLATTEN = Template(sql.replace(_OLD, "json_extract(TO_JSON(input), '$$[*]')"))
