"""fakesnow's INFORMATION_SCHEMA.TABLES has no views; Snowflake's has them, and dbt docs reads them.

https://docs.snowflake.com/en/sql-reference/info-schema/tables
Test: test_tables.py, test_comments_are_kept
"""

from string import Template

from fakesnow import info_schema

_FROM_TABLES = "from duckdb_tables tables"
_TABLES_AND_VIEWS = """from (
    select database_name, schema_name, table_name, estimated_size, 'BASE TABLE' AS kind
    from duckdb_tables()
    union all
    select database_name, schema_name, view_name, NULL, 'VIEW' from duckdb_views()
    where not internal
) tables"""


def apply() -> None:
    sql = info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW.template
    for old, new in (
        (_FROM_TABLES, _TABLES_AND_VIEWS),
        ("'BASE TABLE' AS \"TABLE_TYPE\"", 'tables.kind AS "TABLE_TYPE"'),
        ("create view if not exists", "create or replace view"),
    ):
        if old not in sql:
            raise RuntimeError(f"fakesnow's INFORMATION_SCHEMA.TABLES has no {old!r} any more")
        sql = sql.replace(old, new)
    info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW = Template(sql)
