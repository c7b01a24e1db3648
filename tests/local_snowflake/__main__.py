"""`make test-snowflake`: the conformance suite on the account that the settings name."""

from __future__ import annotations

import os
import sys

import pytest

from bootstrap import settings

MISSING = """\
No Snowflake account is set: SNOWFLAKE_ACCOUNT is {account!r}.
Set SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER, SNOWFLAKE_WAREHOUSE, SNOWFLAKE_DATABASE and
SNOWFLAKE_PRIVATE_KEY_FILE (or SNOWFLAKE_PASSWORD) in .env. The role must be allowed to create
schemas in the database: every test file makes one of its own, TEST_ and 8 digits, and drops it.
On the local server the same suite runs with `make test ARGS=tests/local_snowflake`.
"""


def main() -> int:
    """Run the suite; 2 when there is no account to run it on."""
    settings.load_env()
    account = os.environ.get("SNOWFLAKE_ACCOUNT") or "local"
    has_secret = any(
        os.environ.get(f"SNOWFLAKE_{name}") for name in ("PRIVATE_KEY_FILE", "PASSWORD")
    )
    if account == "local" or not has_secret:
        sys.stderr.write(MISSING.format(account=account))
        return 2
    os.environ["TEST_SNOWFLAKE"] = "1"
    return int(pytest.main([str(settings.ROOT / "tests" / "local_snowflake"), *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
