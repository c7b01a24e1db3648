"""The null in a JSON array is a VALUE of its own; fakesnow's FLATTEN makes NULL of it.

Upstream: fakesnow.macros.FS_FLATTEN (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/user-guide/semistructured-considerations#null-values
Test: test_queries.py, test_flatten_tells_the_null_of_json_from_no_value
"""

from fakesnow import macros

from local_snowflake.patches.patching import edit_sql

edit_sql(
    macros,
    "FS_FLATTEN",
    ("CAST(TO_JSON(input) AS JSON[])", "json_extract(TO_JSON(input), '$$[*]')"),
)
