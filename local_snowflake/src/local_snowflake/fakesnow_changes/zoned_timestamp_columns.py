"""fakesnow shows a timestamp with a zone as TIMESTAMP_TZ; it is a TIMESTAMP_LTZ here.

https://docs.snowflake.com/en/sql-reference/data-types-datetime
Test: test_tables.py, test_types_are_described_in_snowflakes_words
"""

from string import Template

from fakesnow import info_schema
from fakesnow.transforms import show, transforms

from local_snowflake.fakesnow_changes.sql_texts import ANEW, replaced

_CHANGE = ("TIMESTAMP_TZ", "TIMESTAMP_LTZ")


def apply() -> None:
    info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW = replaced(
        info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW, _CHANGE
    )
    transforms.SQL_DESCRIBE_TABLE = Template(
        replaced(transforms.SQL_DESCRIBE_TABLE.template, _CHANGE)
    )
    show.SQL_CREATE_VIEW_SHOW_COLUMNS = replaced(show.SQL_CREATE_VIEW_SHOW_COLUMNS, _CHANGE, ANEW)
