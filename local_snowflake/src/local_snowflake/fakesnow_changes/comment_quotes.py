"""fakesnow writes a table's comment into SQL as it is, so that an apostrophe in it is an error.

Test: test_tables.py, test_comments_are_kept
"""

from fakesnow import info_schema


def apply() -> None:
    original = info_schema.insert_table_comment_sql

    def insert_table_comment_sql(catalog: str, schema: str, table: str, comment: str) -> str:
        return original(catalog, schema, table, (comment or "").replace("'", "''"))

    info_schema.insert_table_comment_sql = insert_table_comment_sql
