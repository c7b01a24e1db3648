"""fakesnow's INFORMATION_SCHEMA.TABLES has no views; Snowflake's has them, and dbt docs reads them.

https://docs.snowflake.com/en/sql-reference/info-schema/tables
Test: test_tables.py, test_comments_are_kept
"""

from string import Template

from fakesnow import info_schema

from local_snowflake.fakesnow_changes.sql_texts import ANEW, replaced

_FROM_TABLES = "from duckdb_tables tables"
_TABLES_AND_VIEWS = """from (
    select database_name, schema_name, table_name, estimated_size, 'BASE TABLE' AS kind
    from duckdb_tables()
    union all
    select database_name, schema_name, view_name, NULL, 'VIEW' from duckdb_views()
    where not internal
) tables"""


def apply() -> None:
    sql = replaced(
        info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW.template,
        (_FROM_TABLES, _TABLES_AND_VIEWS),
        ("'BASE TABLE' AS \"TABLE_TYPE\"", 'tables.kind AS "TABLE_TYPE"'),
        ANEW,
    )
    info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW = Template(sql)
