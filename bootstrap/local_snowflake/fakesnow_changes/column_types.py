"""fakesnow shows DuckDB's integers and timestamps with a zone under names Snowflake does not have.

Every whole number is NUMBER(38,0), and a timestamp with a zone is TIMESTAMP_LTZ here.
https://docs.snowflake.com/en/sql-reference/info-schema/columns
"""

from string import Template

from fakesnow import info_schema
from fakesnow.transforms import show, transforms

_INTEGERS = (
    "columns.data_type IN ('BIGINT', 'HUGEINT', 'INTEGER', 'SMALLINT', 'TINYINT', "
    "'UBIGINT', 'UINTEGER', 'USMALLINT', 'UTINYINT')"
)
_CHANGES = (
    ("columns.data_type='BIGINT'", _INTEGERS),
    ("'TIMESTAMP_TZ'", "'TIMESTAMP_LTZ'"),
    ("create view if not exists", "create or replace view"),
)


def apply() -> None:
    sql = info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW
    for old, new in _CHANGES:
        sql = _replaced(sql, old, new)
    info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW = sql
    transforms.SQL_DESCRIBE_TABLE = Template(
        _replaced(transforms.SQL_DESCRIBE_TABLE.template, "TIMESTAMP_TZ", "TIMESTAMP_LTZ")
    )
    show.SQL_CREATE_VIEW_SHOW_COLUMNS = _replaced(
        _replaced(show.SQL_CREATE_VIEW_SHOW_COLUMNS, "TIMESTAMP_TZ", "TIMESTAMP_LTZ"),
        "create view if not exists",
        "create or replace view",
    )


def _replaced(sql: str, old: str, new: str) -> str:
    if old not in sql:
        raise RuntimeError(f"fakesnow's catalogue views have no {old!r} any more")
    return sql.replace(old, new)
