"""A timestamp with a zone is a TIMESTAMP_LTZ here; fakesnow shows it as TIMESTAMP_TZ.

Upstream: fakesnow.info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW,
fakesnow.transforms.transforms.SQL_DESCRIBE_TABLE, fakesnow.transforms.show
.SQL_CREATE_VIEW_SHOW_COLUMNS (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/data-types-datetime
Test: test_tables.py, test_types_are_described_in_snowflakes_words
"""

from fakesnow import info_schema
from fakesnow.transforms import show, transforms

from local_snowflake.patches.patching import edit_sql

_CHANGE = ("TIMESTAMP_TZ", "TIMESTAMP_LTZ")

edit_sql(info_schema, "SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW", _CHANGE)
edit_sql(transforms, "SQL_DESCRIBE_TABLE", _CHANGE)
edit_sql(show, "SQL_CREATE_VIEW_SHOW_COLUMNS", _CHANGE)
