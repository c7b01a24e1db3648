"""Comments and names may have an apostrophe; fakesnow puts them into SQL, which it then ends.

Upstream: fakesnow.info_schema.insert_table_comment_sql, insert_text_lengths_sql (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/sql/comment
Test: test_tables.py, test_comments_are_kept
"""

from fakesnow import info_schema

from local_snowflake.patches.patching import replaces, upstream

_comment = upstream(info_schema, "insert_table_comment_sql")
_lengths = upstream(info_schema, "insert_text_lengths_sql")


def _escaped(*texts: str) -> list[str]:
    return [(text or "").replace("'", "''") for text in texts]


@replaces(info_schema, "insert_table_comment_sql")
def _insert_table_comment_sql(catalog: str, schema: str, table: str, comment: str) -> str:
    return str(_comment(*_escaped(catalog, schema, table, comment)))


@replaces(info_schema, "insert_text_lengths_sql")
def _insert_text_lengths_sql(
    catalog: str, schema: str, table: str, text_lengths: list[tuple[str, int]]
) -> str:
    lengths = [(*_escaped(column), length) for column, length in text_lengths]
    return str(_lengths(*_escaped(catalog, schema, table), lengths))
