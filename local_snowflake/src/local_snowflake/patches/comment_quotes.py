"""A table's comment may have an apostrophe; fakesnow puts it into SQL unescaped, which is an error.

Upstream: fakesnow.info_schema.insert_table_comment_sql (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/sql/comment
Test: test_tables.py, test_comments_are_kept
"""

from fakesnow import info_schema

from local_snowflake.patches.patching import replaces, upstream

_original = upstream(info_schema, "insert_table_comment_sql")


@replaces(info_schema, "insert_table_comment_sql")
def _insert_table_comment_sql(catalog: str, schema: str, table: str, comment: str) -> str:
    return str(_original(catalog, schema, table, (comment or "").replace("'", "''")))
