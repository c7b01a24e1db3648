"""INFORMATION_SCHEMA.TABLES has the views too, which dbt docs reads; fakesnow's has none.

Upstream: fakesnow.info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/info-schema/tables
Test: test_tables.py, test_comments_are_kept
"""

from fakesnow import info_schema

from local_snowflake.patches.patching import edit_sql

_TABLES_AND_VIEWS = """from (
    select database_name, schema_name, table_name, estimated_size, 'BASE TABLE' AS kind
    from duckdb_tables()
    union all
    select database_name, schema_name, view_name, NULL, 'VIEW' from duckdb_views()
    where not internal
) tables"""

edit_sql(
    info_schema,
    "SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW",
    ("from duckdb_tables tables", _TABLES_AND_VIEWS),
    ("'BASE TABLE' AS \"TABLE_TYPE\"", 'tables.kind AS "TABLE_TYPE"'),
)
