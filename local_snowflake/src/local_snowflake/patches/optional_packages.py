"""The server starts without pandas and boto, even where they are installed.

The connector imports them when it can, and fakesnow imports the connector. Neither needs them here,
nor their 40 MB and 0.3 s (3 s when cold).

Upstream: snowflake.connector.options (snowflake-connector-python 4.8.0)
Test: test_durability.py, test_a_server_has_no_use_for_pandas
"""

import sys
from importlib.abc import MetaPathFinder


class _NotInstalled(MetaPathFinder):
    names = frozenset({"pandas", "boto3", "botocore"})

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        del path, target
        if fullname in self.names:
            raise ModuleNotFoundError("the server does without it", name=fullname)


sys.meta_path.insert(0, _NotInstalled())
