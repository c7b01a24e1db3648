"""A new or dropped object's name may have an apostrophe; fakesnow puts it into SQL unescaped.

That is an error, or runs what comes behind the apostrophe.

Upstream: fakesnow.cursor.SQL_CREATED_TABLE, SQL_CREATED_VIEW, SQL_CREATED_SEQUENCE,
SQL_CREATED_SCHEMA, SQL_CREATED_DATABASE, SQL_OBJECT_EXISTS, SQL_DROPPED (fakesnow 0.12.1)
Snowflake: https://docs.snowflake.com/en/sql-reference/identifiers-syntax
Test: test_what_clients_may_reach.py, test_a_name_is_never_run_as_sql
"""

from __future__ import annotations

from string import Template
from typing import Any

from fakesnow import cursor

from local_snowflake.patches.patching import replace, upstream

_NAMES = (
    "SQL_CREATED_TABLE",
    "SQL_CREATED_VIEW",
    "SQL_CREATED_SEQUENCE",
    "SQL_CREATED_SCHEMA",
    "SQL_CREATED_DATABASE",
    "SQL_OBJECT_EXISTS",
    "SQL_DROPPED",
)


class _Escaping(Template):
    def substitute(self, *args: Any, **values: Any) -> str:
        escaped = {key: str(value).replace("'", "''") for key, value in values.items()}
        return super().substitute(*args, **escaped)


for _name in _NAMES:
    replace(cursor, _name, _Escaping(upstream(cursor, _name).template))
