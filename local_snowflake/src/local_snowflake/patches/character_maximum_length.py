"""A renamed or replaced table keeps the lengths of its texts; fakesnow notes them under its name.

They are read from where they are enforced, a CHECK of the table (text_lengths.py).

Upstream: fakesnow.info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/info-schema/columns
Test: test_tables.py, test_a_renamed_table_keeps_the_lengths_of_its_texts
"""

from fakesnow import info_schema

from local_snowflake.catalog import TEXT_LENGTHS
from local_snowflake.patches.patching import edit_sql
from local_snowflake.results import MAX_TEXT

_LENGTHS = f"""(
    select database_name as ext_table_catalog, schema_name as ext_table_schema,
           table_name as ext_table_name, column_name as ext_column_name, length
    from {TEXT_LENGTHS}
)"""
_LENGTH = f"case when columns.data_type = 'VARCHAR' then coalesce(length, {MAX_TEXT}) end"

edit_sql(
    info_schema,
    "SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW",
    ("_fs_global._fs_information_schema._fs_columns_ext", _LENGTHS),
    ("ext_character_maximum_length", _LENGTH),
    ("ext_character_octet_length", f"least(4 * ({_LENGTH}), {MAX_TEXT})"),
)
