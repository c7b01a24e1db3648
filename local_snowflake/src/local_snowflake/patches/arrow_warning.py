"""The log stays quiet; fakesnow fetches Arrow in a way that DuckDB 2 warns of at each statement.

The patch for upstream is con.sql(...).to_arrow_table(), as the warning says.

Upstream: fakesnow.cursor.FakeSnowflakeCursor._execute (fakesnow 0.12.1, duckdb 2.0.0)
Test: test_durability.py, test_a_server_is_quiet_and_leaves_no_temporary_folder
"""

import warnings

from fakesnow.cursor import FakeSnowflakeCursor

from local_snowflake.patches.patching import upstream

upstream(FakeSnowflakeCursor, "_execute")
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")
