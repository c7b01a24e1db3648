"""Formats of dates stay as written; sqlglot takes `dd` and `dy` for something else.

semantics/formats.py translates them, and refuses what it does not know.

Upstream: sqlglot.dialects.snowflake.Snowflake.TIME_MAPPING and what is made of it (sqlglot 30.22.0)
Snowflake: https://docs.snowflake.com/en/sql-reference/date-time-input-output
Test: test_functions.py, functions/to_char
"""

from sqlglot.dialects.snowflake import Snowflake

from local_snowflake.patches.patching import replace

for _name in ("TIME_MAPPING", "TIME_TRIE", "INVERSE_TIME_MAPPING", "INVERSE_TIME_TRIE"):
    replace(Snowflake, _name, {})
