"""fakesnow shows DuckDB's whole numbers, but for BIGINT, under names Snowflake does not have.

https://docs.snowflake.com/en/sql-reference/info-schema/columns
Test: test_tables.py, test_types_are_described_in_snowflakes_words
"""

from fakesnow import info_schema

from local_snowflake.fakesnow_changes.sql_texts import ANEW, replaced

_INTEGERS = (
    "columns.data_type IN ('BIGINT', 'HUGEINT', 'INTEGER', 'SMALLINT', 'TINYINT', "
    "'UBIGINT', 'UINTEGER', 'USMALLINT', 'UTINYINT')"
)


def apply() -> None:
    info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW = replaced(
        info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW,
        ("columns.data_type='BIGINT'", _INTEGERS),
        ANEW,
    )
