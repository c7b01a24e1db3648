"""A whole number is a NUMBER of 38 digits; fakesnow shows DuckDB's names of all but BIGINT.

Upstream: fakesnow.info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/info-schema/columns
Test: test_tables.py, test_types_are_described_in_snowflakes_words
"""

from fakesnow import info_schema

from local_snowflake.patches.patching import edit_sql

_INTEGERS = (
    "columns.data_type IN ('BIGINT', 'HUGEINT', 'INTEGER', 'SMALLINT', 'TINYINT', "
    "'UBIGINT', 'UINTEGER', 'USMALLINT', 'UTINYINT')"
)

edit_sql(
    info_schema,
    "SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW",
    ("columns.data_type='BIGINT'", _INTEGERS),
)
