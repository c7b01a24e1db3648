"""fakesnow's FLATTEN makes NULL of the null in a JSON array, which is a VALUE of its own.

https://docs.snowflake.com/en/user-guide/semistructured-considerations#null-values
Test: test_queries.py, test_flatten_tells_the_null_of_json_from_no_value
"""

from string import Template

from fakesnow import macros

from local_snowflake.fakesnow_changes.sql_texts import replaced

_CHANGE = ("CAST(TO_JSON(input) AS JSON[])", "json_extract(TO_JSON(input), '$$[*]')")


def apply() -> None:
    macros.FS_FLATTEN = Template(replaced(macros.FS_FLATTEN.template, _CHANGE))
