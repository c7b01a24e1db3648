"""`make test-snowflake`: the conformance suite on the account that the settings name."""

from __future__ import annotations

import json
import os
import sys

import pytest

import settings
from dags.landing.snowflake import parameters_from_env

MISSING = """\
{reason}
Set SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER, SNOWFLAKE_WAREHOUSE, SNOWFLAKE_DATABASE and
SNOWFLAKE_PRIVATE_KEY_FILE (or SNOWFLAKE_TOKEN, or SNOWFLAKE_PASSWORD) in .env. The role must be
allowed to create schemas in the database: every test file creates its own, TEST_ and 8 digits,
and drops it.
On the local server the same suite runs with `make test ARGS=local_snowflake/tests`.
"""


def main() -> int:
    """Run the suite; 2 when there is no account to run it on."""
    settings.load_env()
    if settings.snowflake_is_local():
        sys.stderr.write(MISSING.format(reason="No Snowflake account is set."))
        return 2
    try:
        parameters = parameters_from_env(os.environ)
    except settings.SettingError as error:
        sys.stderr.write(MISSING.format(reason=error))
        return 2
    os.environ["LOCAL_SNOWFLAKE_TEST_ACCOUNT"] = json.dumps(parameters)
    return int(pytest.main([str(settings.ROOT / "local_snowflake" / "tests"), *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
